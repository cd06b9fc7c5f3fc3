#!/usr/bin/env node
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { CommandError, exitCodes } from './exit-codes.ts';

declare const RUNBOOK_VERSION: string;

const collect = (value: string, previous: readonly string[]) => [...previous, value];
const environmentOption = () =>
  new Option('--env <file>', 'the environment file: where the connections are, and who logs in').makeOptionMandatory();
const setOption = () =>
  new Option('--set <name=value>', 'an input, over the environment file; once per input')
    .argParser(collect)
    .default([]);

const program = new Command('runbook')
  .description('Operations on Elasticsearch written as YAML, run like software.')
  .version(RUNBOOK_VERSION)
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(runbook --help lists the commands)');

// Each command is loaded when it is called: what needs no cluster does not load a client.
program
  .command('validate')
  .description('check runbooks and environment files; prints every error of every file')
  .argument('[runbook...]', 'names or paths; all that `runbook list` shows without any')
  .addOption(new Option('--env <file>', 'an environment file to check, too').argParser(collect).default([]))
  .action(async (names, options) => {
    process.exitCode = await (await import('./validate.ts')).validate(names, options);
  });
program
  .command('plan')
  .description('print every call that a run would make; sends nothing')
  .argument('<runbook>', 'a name or a path')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--elasticsearch <version>', 'the version to plan for, where the name does not say it: 8.5')
  .addOption(new Option('--format <format>', 'how').choices(['text', 'json', 'yaml']).default('text'))
  .action(async (name, options) => (await import('./plan.ts')).plan(name, options));
program
  .command('exec')
  .description('plan and run')
  .argument('<runbook>', 'a name or a path')
  .addOption(environmentOption())
  .addOption(setOption())
  .option('--dry-run', 'send the reads, predict the writes', false)
  .addOption(
    new Option('--confirm <step>', 'confirm a step that asks a person; once per step').argParser(collect).default([]),
  )
  .action(async (name, options) => {
    process.exitCode = await (await import('./exec.ts')).exec(name, options);
  });
program
  .command('list')
  .description('the runbooks in ./runbooks and the shipped ones')
  .action(async () => (await import('./list.ts')).list());
program
  .command('explain')
  .description('why validate advises against something, with an example')
  .argument('[code]', 'the code in the message; without it, all of them are listed')
  .action(async (code) => (await import('./explain.ts')).explain(code));
program
  .command('runs')
  .description('the runs of this directory, the newest first')
  .action(async () => (await import('./runs.ts')).runs());
program
  .command('show')
  .description('every call and assertion of one run')
  .argument('<run>', 'its id')
  .action(async (id) => (await import('./runs.ts')).show(id));

program
  .command('sandbox')
  .description('two clusters, a bucket and Kibana on this machine, to rehearse in')
  .addOption(new Option('--version <version>', 'of Elasticsearch').choices(['7.10', '8.5']).default('7.10'))
  .addOption(
    new Option('--fault <fault>', 'something that goes wrong, such as restore:reset-after-accept; once per fault')
      .argParser(collect)
      .default([]),
  )
  .option('--folder <folder>', 'where its environment file is written', join('.runbook', 'sandbox'))
  .option('--list-faults', 'explain what can go wrong, and end', false)
  .action(async ({ listFaults, ...options }) => {
    const command = await import('./sandbox.ts');
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
  else if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
