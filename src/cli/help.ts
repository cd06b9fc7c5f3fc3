import { type Argument, type Command, Help, type HelpConfiguration, Option } from 'commander';

/**
 * An option that a command cannot do without. Commander looks for these before it looks for unknown ones, so that `--evn`
 * would be a missing `--env`: `checkOptions` asks for them once everything else on the command line is right.
 */
export class RequiredOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, description);
    this.helpGroup('Required:');
  }
}

/** An option with one of a few values; `checkOptions` refuses others, and names the nearest. */
export class ChoiceOption extends Option {
  constructor(flags: string, description: string, choices: readonly string[]) {
    super(flags, description);
    this.choices(choices).argParser((value) => value);
  }
}

/** The groups that the help lists the commands in. */
const groups = {
  'Runbooks:': ['list', 'validate', 'explain', 'fix'],
  'Plans:': ['plan', 'diff', 'approve'],
  'Runs:': ['exec', 'status', 'resume', 'rollback', 'unlock'],
  'Journals and reports:': ['runs', 'show', 'report', 'verify', 'serve', 'prune'],
};

export function groupOf(command: string): string {
  return Object.entries(groups).find(([, names]) => names.includes(command))?.[0] ?? 'Getting started:';
}

/** The help of every command: what is required is marked, and a default that says nothing is left out. */
export const helpConfiguration: HelpConfiguration = {
  commandUsage(command: Command) {
    const required = command.options.filter((option) => option instanceof RequiredOption);
    return [Help.prototype.commandUsage.call(this, command), ...required.map(({ flags }) => flags)].join(' ');
  },
  subcommandTerm: (command: Command) => command.name(),
  argumentTerm: (argument: Argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
  optionDescription: ({ description, argChoices, defaultValue }: Option) => {
    const more = [
      ...(argChoices ? [argChoices.join(', ')] : []),
      ...(typeof defaultValue === 'string' ? [`default: ${defaultValue}`] : []),
    ];
    return more.length > 0 ? `${description} (${more.join('; ')})` : description;
  },
};

/** Ends a command where a required option is missing, or where one has a value that it does not take. */
export async function checkOptions(command: Command): Promise<void> {
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (option instanceof RequiredOption && value === undefined) {
      const { missingText } = await import('./command-line.ts');
      command.error(`error: ${missingText(option)}`);
    }
    if (option instanceof ChoiceOption && typeof value === 'string' && !option.argChoices?.includes(value)) {
      const { choiceText } = await import('./command-line.ts');
      command.error(`error: ${choiceText(option, value)}`);
    }
  }
}
