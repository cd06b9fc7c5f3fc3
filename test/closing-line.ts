import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/** The last line of a test run: `N passed, N failed` with `, N skipped` where there are any. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: string): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        // A hook that failed leaves its tests out: that is no skip.
        if (state === 'skipped' && isInBrokenSuite(test)) count.failed++;
        else if (state !== 'pending') count[state]++;
      }
      // A file that cannot be loaded has no tests, and is a failure.
      if (module.state() === 'failed' && module.errors().length > 0) count.failed++;
    }
    count.failed += errors.length;
    // Servers that do not start end the run before any test: that is no success, either.
    if (count.failed === 0 && (reason === 'failed' || modules.length === 0)) count.failed = 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.on('exit', () => process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`));
  }
}

function isInBrokenSuite(test: TestCase): boolean {
  for (let around: TestSuite | TestModule = test.parent; ; around = around.parent) {
    if (around.errors().length > 0) return true;
    if (around.type === 'module') return false;
  }
}
