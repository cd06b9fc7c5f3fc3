import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { Problem } from '../host/problem.ts';
import { version } from '../host/version.ts';
// Not from index.ts: `--help` would load every format.
import { formatNames, formatsOf } from '../report/formats/names.ts';
import { crashText, endOnCrash } from './crash.ts';
import { examplesText } from './examples.ts';
import { exitCodes } from './exit-codes.ts';
import { ChoiceOption, checkOptions, groupOf, helpConfiguration, RequiredOption } from './help.ts';
import { inertLines } from './print.ts';

const collect = (value: string, previous: readonly string[]) => [...previous, value];
const environmentOption = () => new RequiredOption('--env <file>', 'the environment file: connections and credentials');
const setOption = () =>
  new Option('--set <name=value>', 'set an input; overrides the environment file; repeatable')
    .argParser(collect)
    .default([]);

const confirmOption = () =>
  new Option(
    '--confirm <step>',
    'confirm a step that requires confirmation; ID#* for every iteration of one in a loop; repeatable',
  )
    .argParser(collect)
    .default([]);
const noClusterLockOption = () =>
  new Option('--no-cluster-lock', 'run without the lock in the clusters; make sure that nobody else changes them');
const allowedSignersOption = () =>
  new Option('--allowed-signers <file>', 'the people whose approvals count, see ssh-keygen(1)');
const verboseOption = () =>
  new Option('--verbose', 'on a terminal: a line for each step, also where nothing was sent').default(false);
const resumeOptions = () => [
  new Option('--env <file>', 'the environment file, if it has moved'),
  confirmOption(),
  new Option('--assume-done <step>', 'a step with an unknown outcome took effect; repeatable')
    .argParser(collect)
    .default([]),
  new Option('--assume-not-done <step>', 'a step with an unknown outcome did not take effect, and is sent; repeatable')
    .argParser(collect)
    .default([]),
  noClusterLockOption(),
  new Option(
    '--require-approvals <n>',
    'how many people must have approved the plan; at least as many as at exec',
  ).argParser(countOf),
  allowedSignersOption(),
  verboseOption(),
];

const countOf = (text: string) => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.');
  return Number(text);
};

const portOf = (text: string) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('Expected a number up to 65535.');
  return Number(text);
};

/** As the sandbox has them; its own module would be loaded for every command. */
const emulatedVersions = ['7.10', '8.5', '8.19', '9.5'];

const program = new Command('runbook')
  .description('Operations on Elasticsearch written as YAML, run like software.')
  .version(version)
  .enablePositionalOptions()
  .commandsGroup('Getting started:')
  .helpCommand('help [command]', 'show the examples and options of a command')
  .exitOverride()
  .configureHelp(helpConfiguration);

// Each command is loaded when it is called: what needs no cluster does not load a client.
program
  .command('validate')
  .description('check runbooks and environment files; prints every error of every file')
  .argument('[runbook...]', 'names or paths; by default all that `runbook list` shows')
  .addOption(
    new Option('--env <file>', 'an environment file to check as well; repeatable').argParser(collect).default([]),
  )
  .addOption(new ChoiceOption('--format <format>', 'the format', ['text', 'github', 'sarif']).default('text'))
  .option('--strict', 'warnings fail, too')
  .action(async (names, options) => {
    process.exitCode = await (await import('./commands/validate.ts')).validate(names, options);
  });
program
  .command('plan')
  .description('show what a run would do, as a summary or with every call; sends nothing')
  .argument('<runbook>', 'a name or a path')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--elasticsearch <version>', 'the version to plan for, if the name does not say it: 8.5')
  .addOption(new ChoiceOption('--format <format>', 'the format', formatsOf('plan')).default('text'))
  .option('--out <file>', 'write the plan to a file, for runbook diff, approve and exec --plan')
  .option('--pin', 'read the cluster_uuid of each cluster and pin the plan to it', false)
  .option('--author <name>', 'the author, written into the plan')
  .option('--full', 'on a terminal, too: every call with its body and what must come back', false)
  .option('--compare <run>', 'show what a past run did otherwise')
  .action(async (name, options) => (await import('./commands/plan.ts')).plan(name, options));
program
  .command('diff')
  .description('compare two plans step by step; sends nothing')
  .argument('<before>', 'a file of plan --out, or a runbook')
  .argument('<after>', 'a file of plan --out, or a runbook')
  .option('--env <file>', 'the environment file to plan the runbook with')
  .addOption(setOption())
  .option('--elasticsearch <version>', 'the version to plan for, if the name does not say it: 8.5')
  .addOption(new ChoiceOption('--format <format>', 'the format', ['text', 'markdown', 'json']).default('text'))
  .option('--detailed-exitcode', 'exit with 5 if there is a difference', false)
  .action(async (before, after, options) => {
    process.exitCode = await (await import('./commands/diff.ts')).diff(before, after, options);
  });
program
  .command('approve')
  .description('approve a plan with an SSH signature; sends nothing')
  .argument('<plan>', 'a file of plan --out')
  .addOption(new RequiredOption('--key <file>', 'an SSH key: ~/.ssh/id_ed25519, or a .pub whose key the agent has'))
  .option('--name <name>', 'the name in the allowed-signers file; by default the comment of the .pub file')
  .option('--expires <duration>', 'a run must begin within this time', '24h')
  .action(async (file, options) => (await import('./commands/approve.ts')).approve(file, options));
program
  .command('exec')
  .description('plan and run')
  .argument('[runbook]', 'a name or a path; with --plan only if its name is not found')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--plan <file>', 'run exactly this plan of plan --out, or refuse')
  .addOption(new Option('--require-approvals <n>', 'how many people must have approved the plan').argParser(countOf))
  .addOption(allowedSignersOption())
  .option('--prevent-self-approval', 'an approval by the author of the plan does not count', false)
  .option('--dry-run', 'send reads, predict writes', false)
  .option('--detailed-exitcode', 'with --dry-run: exit with 5 if something would change, with 0 if not', false)
  .addOption(confirmOption())
  .option('--no-rollback', 'after a failure, do not roll back')
  .addOption(noClusterLockOption())
  .addOption(verboseOption())
  .action(async (name, options) => {
    process.exitCode = await (await import('./commands/exec.ts')).exec(name, options);
  });
program
  .command('status')
  .description(
    'show unfinished and failed runs, locks, and what is left in the clusters, with the commands; sends nothing',
  )
  .addOption(new ChoiceOption('--format <format>', 'the format', ['text', 'json']).default('text'))
  .option('--detailed-exitcode', 'exit with 5 if a run waits for somebody', false)
  .action(async (options) => {
    process.exitCode = await (await import('./commands/status.ts')).status(options);
  });
const resume = program
  .command('resume')
  .description('continue a run whose process has died')
  .argument('<run>', 'its id')
  .action(async (id, options) => {
    process.exitCode = await (await import('./commands/resume.ts')).resume(id, options);
  });
const rollback = program
  .command('rollback')
  .description('roll back a run, in reverse order; asks first')
  .argument('<run>', 'its id')
  .option('--yes', 'do not ask', false)
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
  .argument('<connection>', 'the name of the connection in the environment file')
  .addOption(environmentOption())
  .option('--as <identity>', 'an alternate identity of the connection')
  .option('--yes', 'do not ask', false)
  .action(async (connection, options) => {
    process.exitCode = await (await import('./commands/unlock.ts')).unlock(connection, options);
  });
program
  .command('list')
  .description('list the runbooks in ./runbooks and the bundled ones')
  .action(async () => (await import('./commands/list.ts')).list());
program
  .command('explain')
  .description('explain a message of validate, or a call of Elasticsearch')
  .argument('[code]', 'the code in the message, or "GET /_cluster/health"; lists all codes without it')
  .action(async (code) => (await import('./commands/explain.ts')).explain(code));
program
  .command('fix')
  .description('change in a file what was meant beyond doubt; comments and all else stay')
  .argument('<runbook>', 'a name or a path')
  .action(async (name) => {
    process.exitCode = (await import('./commands/fix.ts')).fix(name);
  });
program
  .command('runs')
  .description('list the runs of this directory, newest first')
  .addOption(new Option('--format <format>', 'the format').choices(['text', 'json']).default('text'))
  .action(async (options) => (await import('./commands/runs.ts')).runs(options));
program
  .command('prune')
  .description('remove the journals of runs that ended long ago; they can no longer be shown or rolled back')
  .option('--older-than <age>', 'those that ended longer ago than this: 30d, 12h', '30d')
  .option('--include-unresolved', 'include runs that ended with exit code 3: manual intervention required', false)
  .option('--dry-run', 'list them, remove nothing', false)
  .action(async (options) => (await import('./commands/prune.ts')).prune(options));
program
  .command('show')
  .description('show every call and assertion of a run')
  .argument('<run>', 'its id')
  .action(async (id) => (await import('./commands/show.ts')).show(id));
program
  .command('report')
  .description('render a run or a plan for a pull request, a browser, a pipeline or a program')
  .argument('<run>', 'its id, or a file of plan --out')
  .addOption(new ChoiceOption('--format <format>', 'the format', Object.keys(formatNames)).default('text'))
  .option('--out <file>', 'write it to a file')
  .option('--allowed-signers <file>', 'with a plan: show which of them have approved it')
  .action(async (argument, options) => (await import('./commands/report.ts')).report(argument, options));
program
  .command('verify')
  .description('verify the journal of a run: nothing changed, inserted or cut')
  .argument('<run>', 'its id')
  .option('--head <hash>', 'the hash that the run printed at its end')
  .option('--allowed-signers <file>', 'verify the approvals in the journal as well')
  .action(async (id, options) => {
    process.exitCode = await (await import('./commands/verify.ts')).verify(id, options);
  });

program
  .command('serve')
  .description('show runs and plans in a browser, read only')
  .addOption(new Option('--port <port>', 'by default a free one').argParser(portOf))
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .action(async (options) => (await import('./commands/serve.ts')).serve(options));
program
  .command('sandbox')
  .description('start a test environment on this machine: two clusters, a bucket and Kibana')
  .addOption(new ChoiceOption('--version <version>', 'of Elasticsearch', emulatedVersions).default('7.10'))
  .addOption(new ChoiceOption('--destination-version <version>', 'of the destination, if another', emulatedVersions))
  .addOption(
    new Option('--fault <fault>', 'a fault, such as restore:reset-after-accept; repeatable')
      .argParser(collect)
      .default([]),
  )
  .option('--folder <folder>', 'where its environment file is written', join('.runbook', 'sandbox'))
  .option('--list-faults', 'list the faults and exit', false)
  .action(async ({ listFaults, ...options }) => {
    const command = await import('./commands/sandbox.ts');
    if (listFaults) command.listFaults();
    else await command.sandbox(options);
  });

// A reader that has gone away (`| head`, a closed terminal) stops nothing, least of all a run.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
endOnCrash();

/** The command that is called, once its options are known to be right. */
let called: string | undefined;
program.addHelpText('before', examplesText('runbook')).showHelpAfterError('See runbook --help');
for (const command of program.commands) {
  const name = command.name();
  command.helpGroup(groupOf(name)).addHelpText('before', examplesText(name));
  command.showHelpAfterError(`See runbook ${name} --help`);
}
program.hook('preAction', async (_, command) => {
  await checkOptions(command);
  called = command.name();
});

// Not awaited here: the program is bundled as a module that cannot wait at its top level.
void main();

async function main(): Promise<void> {
  try {
    if (process.argv.length > 2) await program.parseAsync();
    else await (await import('./commands/overview.ts')).overview();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
      if (error.exitCode !== 0)
        process.stderr.write(await (await import('./command-line.ts')).adviceOn(error, program.args));
    } else if (error instanceof Problem) {
      const help = error.kind === 'arguments' && called !== undefined ? `See runbook ${called} --help\n` : '';
      process.stderr.write(`${inertLines(error.message)}\n${help}`);
      process.exitCode = exitCodes[error.kind];
    } else {
      process.stderr.write(`${crashText(error)}\n`);
      process.exitCode = exitCodes.crashed;
    }
  }
}
