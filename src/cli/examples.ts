/** The examples that the help of each command begins with: what it does, and the command. A test runs all of them. */
export const examples: Readonly<Record<string, readonly (readonly [what: string, command: string])[]>> = {
  runbook: [
    ['What you can do next in this folder', 'runbook'],
    ['The bundled runbooks, and those of this folder', 'runbook list'],
  ],
  list: [
    ['Every runbook, with its versions and its strategy', 'runbook list'],
    ['Those about users', 'runbook list | grep users'],
  ],
  validate: [
    ['Every runbook that a name can mean', 'runbook validate'],
    ['A runbook and an environment; warnings fail, too', 'runbook validate users-7.10 --env lab.yaml --strict'],
  ],
  explain: [
    ['One message, here advice with an example', 'runbook explain writable-destination-repository'],
    ['What a call does, needs and takes', 'runbook explain "GET /_cluster/health"'],
  ],
  fix: [
    ['Write what validate proposes, where there is no doubt', 'runbook fix users-7.10'],
    ['And see what is left', 'runbook fix users-7.10 && runbook validate users-7.10'],
  ],
  plan: [
    ['Every call of a run, before anything is sent', 'runbook plan users-7.10 --env lab.yaml'],
    [
      'Keep the plan for a review; exec --plan runs exactly that',
      'runbook plan users-7.10 --env lab.yaml --out plan.json',
    ],
  ],
  diff: [
    ['What the runbook does now that the reviewed plan does not', 'runbook diff plan.json users-7.10 --env lab.yaml'],
    [
      'In a pipeline: exit with 5 if they differ',
      'runbook diff plan.json users-7.10 --env lab.yaml --detailed-exitcode',
    ],
  ],
  approve: [
    ['Approve a plan for 24 hours', 'runbook approve plan.json --key ~/.ssh/id_ed25519'],
    [
      'For two hours, under a name of the allowed-signers file',
      'runbook approve plan.json --key ~/.ssh/id_ed25519 --name alice@example.com --expires 2h',
    ],
  ],
  exec: [
    ['Predict every write; only reads are sent', 'runbook exec users-7.10 --env lab.yaml --dry-run'],
    [
      'Run a reviewed plan where nobody can be asked',
      'runbook exec --plan plan.json --env lab.yaml --confirm replace/swap',
    ],
  ],
  status: [
    ['What is unfinished, failed, locked or left in the clusters', 'runbook status'],
    ['For a program', 'runbook status --format json'],
  ],
  resume: [
    ['Go on where the journal ends', 'runbook resume RUN'],
    [
      'You have looked: the step with an unknown outcome took effect',
      'runbook resume RUN --assume-done create-snapshot',
    ],
  ],
  rollback: [
    ['Show every call that undoes the run, and ask', 'runbook rollback RUN'],
    ['In a pipeline, where nobody can be asked', 'runbook rollback RUN --yes'],
  ],
  unlock: [
    ['Show who holds the lock, and ask whether to remove it', 'runbook unlock destination --env lab.yaml'],
    [
      'With the identity that works while .security is closed',
      'runbook unlock destination --env lab.yaml --as recovery',
    ],
  ],
  runs: [
    ['Every run of this directory', 'runbook runs'],
    ['The newest ones', 'runbook runs | head'],
  ],
  show: [
    ['Every call and assertion', 'runbook show RUN'],
    ['Every write that was sent', 'runbook show RUN | grep sending'],
  ],
  report: [
    ['A page to attach to a ticket', 'runbook report RUN --format html --out run.html'],
    ['A plan for a pull request', 'runbook report plan.json --format markdown'],
  ],
  verify: [
    ['Nothing was changed or inserted', 'runbook verify RUN'],
    ['Nothing was cut off either: the run has printed this hash', 'runbook verify RUN --head HASH'],
  ],
  serve: [
    ['On a free port of this machine', 'runbook serve'],
    ['On a port of your choice', 'runbook serve --port 8080'],
  ],
  prune: [
    ['What would be removed', 'runbook prune --dry-run'],
    ['Keep what ended in the last 90 days', 'runbook prune --older-than 90d'],
  ],
  sandbox: [
    ['Two clusters of 8.5, a bucket and Kibana', 'runbook sandbox --version 8.5'],
    [
      'From 7.10 to 8.5, with a response that is lost',
      'runbook sandbox --destination-version 8.5 --fault restore:reset-after-accept',
    ],
  ],
};

/** Returns the examples of a command as its help begins with them; nothing for one that has none. */
export function examplesText(command: string): string {
  const lines = examples[command]?.map(([what, text]) => `  # ${what}\n  ${text}\n`);
  return lines ? `Examples:\n${lines.join('')}` : '';
}
