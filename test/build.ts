import { execFileSync } from 'node:child_process';

/** The tests run the program as it is shipped: built from the sources that are tested. */
export function setup(): void {
  execFileSync('npm', ['run', '--silent', 'bundle'], { stdio: 'inherit' });
}
