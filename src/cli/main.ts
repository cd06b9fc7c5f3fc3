#!/usr/bin/env node
import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../host/problem.ts';
import { version } from '../host/version.ts';
// Not from index.ts: `--help` would load every format.
import { formatNames, formatsOf } from '../report/formats/names.ts';
import { exitCodes } from './exit-codes.ts';
import { inertLines } from './print.ts';

const collect = (value: string, previous: readonly string[]) => [...previous, value];
const environmentOption = () =>
  new Option('--env <file>', 'the environment file: where the connections are, and who logs in').makeOptionMandatory();
const setOption = () =>
  new Option('--set <name=value>', 'an input, over the environment file; once per input')
    .argParser(collect)
    .default([]);

const confirmOption = () =>
  new Option('--confirm <step>', 'confirm a step that asks a person; once per step').argParser(collect).default([]);
const noClusterLockOption = () =>
  new Option(
    '--no-cluster-lock',
    'go on without the lock in the clusters; make sure that nobody else is at work there',
  );
const resumeOptions = () => [
  new Option('--env <file>', 'the environment file, where it is at another place now'),
  confirmOption(),
  new Option('--assume-done <step>', 'a step in doubt: it took effect; once per step').argParser(collect).default([]),
  new Option('--assume-not-done <step>', 'a step in doubt: it did not take effect, and is sent; once per step')
    .argParser(collect)
    .default([]),
  noClusterLockOption(),
];

const countOf = (text: string) => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('A number from 1 to 99 is needed.');
  return Number(text);
};

const portOf = (text: string) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('A number up to 65535 is needed.');
  return Number(text);
};

const program = new Command('runbook')
  .description('Operations on Elasticsearch written as YAML, run like software.')
  .version(version)
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(runbook --help lists the commands)');

// Each command is loaded when it is called: what needs no cluster does not load a client.
program
  .command('validate')
  .description('check runbooks and environment files; prints every error of every file')
  .argument('[runbook...]', 'names or paths; all that `runbook list` shows without any')
  .addOption(new Option('--env <file>', 'an environment file to check, too').argParser(collect).default([]))
  .addOption(new Option('--format <format>', 'how').choices(['text', 'github', 'sarif']).default('text'))
  .action(async (names, options) => {
    process.exitCode = await (await import('./commands/validate.ts')).validate(names, options);
  });
program
  .command('plan')
  .description('print every call that a run would make; sends nothing')
  .argument('<runbook>', 'a name or a path')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--elasticsearch <version>', 'the version to plan for, where the name does not say it: 8.5')
  .addOption(new Option('--format <format>', 'how').choices(formatsOf('plan')).default('text'))
  .option('--out <file>', 'keep the plan in a file, for runbook diff, approve and exec --plan')
  .option('--pin', 'ask each cluster for its cluster_uuid, and pin the plan to it', false)
  .option('--author <name>', 'who makes the plan, to be written into it')
  .action(async (name, options) => (await import('./commands/plan.ts')).plan(name, options));
program
  .command('diff')
  .description('what one plan does that another does not, step by step; sends nothing')
  .argument('<before>', 'a file of plan --out, or a runbook')
  .argument('<after>', 'a file of plan --out, or a runbook')
  .option('--env <file>', 'the environment file to plan the runbook with')
  .addOption(setOption())
  .option('--elasticsearch <version>', 'the version to plan for, where the name does not say it: 8.5')
  .addOption(new Option('--format <format>', 'how').choices(['text', 'markdown', 'json']).default('text'))
  .option('--detailed-exitcode', 'exit with 5 where there is a difference', false)
  .action(async (before, after, options) => {
    process.exitCode = await (await import('./commands/diff.ts')).diff(before, after, options);
  });
program
  .command('approve')
  .description('sign with an SSH key that a plan may be run; sends nothing')
  .argument('<plan>', 'a file of plan --out')
  .requiredOption('--key <file>', 'an SSH key: ~/.ssh/id_ed25519, or a .pub whose key the agent has')
  .option('--name <name>', 'who approves it, as the allowed-signers file has it; else the comment of the .pub file')
  .option('--expires <duration>', 'a run has to begin within this time', '24h')
  .action(async (file, options) => (await import('./commands/approve.ts')).approve(file, options));
program
  .command('exec')
  .description('plan and run')
  .argument('[runbook]', 'a name or a path; with --plan only where its name is not found')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--plan <file>', 'run exactly this plan of plan --out, or refuse')
  .addOption(new Option('--require-approvals <n>', 'how many people have to have approved the plan').argParser(countOf))
  .option('--allowed-signers <file>', 'whose approvals count, as ssh-keygen(1) describes it')
  .option('--prevent-self-approval', 'an approval by the author of the plan does not count', false)
  .option('--dry-run', 'send the reads, predict the writes', false)
  .option('--detailed-exitcode', 'with --dry-run: exit with 5 where there is something to do, with 0 where not', false)
  .addOption(confirmOption())
  .option('--no-rollback', 'after a failure, leave what was sent as it is')
  .addOption(noClusterLockOption())
  .action(async (name, options) => {
    process.exitCode = await (await import('./commands/exec.ts')).exec(name, options);
  });
const resume = program
  .command('resume')
  .description('go on with a run whose process has died')
  .argument('<run>', 'its id')
  .action(async (id, options) => {
    process.exitCode = await (await import('./commands/resume.ts')).resume(id, options);
  });
const rollback = program
  .command('rollback')
  .description('undo what a run has sent, in reverse order; asks first')
  .argument('<run>', 'its id')
  .option('--yes', 'it was confirmed already', false)
  .action(async (id, options) => {
    process.exitCode = await (await import('./commands/rollback.ts')).rollback(id, options);
  });
for (const option of resumeOptions()) {
  resume.addOption(option);
  rollback.addOption(option);
}
program
  .command('unlock')
  .description('remove the lock that a dead run has left in a cluster; asks first')
  .argument('<connection>', 'which cluster, as the environment file names it')
  .addOption(environmentOption())
  .option('--as <identity>', 'a further login of the connection')
  .option('--yes', 'it was confirmed already', false)
  .action(async (connection, options) => {
    process.exitCode = await (await import('./commands/unlock.ts')).unlock(connection, options);
  });
program
  .command('list')
  .description('the runbooks in ./runbooks and the shipped ones')
  .action(async () => (await import('./commands/list.ts')).list());
program
  .command('explain')
  .description('why validate advises against something, with an example')
  .argument('[code]', 'the code in the message; without it, all of them are listed')
  .action(async (code) => (await import('./commands/explain.ts')).explain(code));
program
  .command('runs')
  .description('the runs of this directory, the newest first')
  .action(async () => (await import('./commands/runs.ts')).runs());
program
  .command('prune')
  .description(
    'remove the records of runs of this directory that ended long ago; they can then neither be shown nor undone',
  )
  .option('--older-than <age>', 'those that ended longer ago than this: 30d, 12h', '30d')
  .option('--include-unresolved', 'also those that ended with exit code 3: something was left to do', false)
  .option('--dry-run', 'list them, and remove nothing', false)
  .action(async (options) => (await import('./commands/prune.ts')).prune(options));
program
  .command('show')
  .description('every call and assertion of one run')
  .argument('<run>', 'its id')
  .action(async (id) => (await import('./commands/show.ts')).show(id));
program
  .command('report')
  .description('a run, or a plan in a file, for a pull request, a browser, a pipeline or a program')
  .argument('<run>', 'its id, or a file of plan --out')
  .addOption(new Option('--format <format>', 'how').choices(Object.keys(formatNames)).default('text'))
  .option('--out <file>', 'write it to a file')
  .option('--allowed-signers <file>', 'with a plan: show who of them has approved it')
  .action(async (argument, options) => (await import('./commands/report.ts')).report(argument, options));
program
  .command('verify')
  .description('whether the record of a run is as it was written: nothing changed, inserted or cut')
  .argument('<run>', 'its id')
  .option('--head <hash>', 'the hash that the run has printed at its end')
  .option('--allowed-signers <file>', 'check the approvals in the record, too')
  .action(async (id, options) => {
    process.exitCode = await (await import('./commands/verify.ts')).verify(id, options);
  });

program
  .command('serve')
  .description('the runs and plans of this directory in a browser, to be read; nothing can be started from it')
  .addOption(new Option('--port <port>', 'a free one without it').argParser(portOf))
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .action(async (options) => (await import('./commands/serve.ts')).serve(options));
program
  .command('sandbox')
  .description('two clusters, a bucket and Kibana on this machine, to rehearse in')
  .addOption(
    new Option('--version <version>', 'of Elasticsearch').choices(['7.10', '8.5', '8.19', '9.5']).default('7.10'),
  )
  .addOption(
    new Option('--destination-version <version>', 'of the destination, if another').choices([
      '7.10',
      '8.5',
      '8.19',
      '9.5',
    ]),
  )
  .addOption(
    new Option('--fault <fault>', 'something that goes wrong, such as restore:reset-after-accept; once per fault')
      .argParser(collect)
      .default([]),
  )
  .option('--folder <folder>', 'where its environment file is written', join('.runbook', 'sandbox'))
  .option('--list-faults', 'explain what can go wrong, and end', false)
  .action(async ({ listFaults, ...options }) => {
    const command = await import('./commands/sandbox.ts');
    if (listFaults) command.listFaults();
    else await command.sandbox(options);
  });

// A reader that has gone away (`| head`, a closed terminal) stops nothing, least of all a run.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  else if (error instanceof Problem) {
    process.stderr.write(`${inertLines(error.message)}\n`);
    process.exitCode = exitCodes[error.kind];
  } else throw error;
}
