/** The formats by name, and what can be shown in each. The command line reads these without loading the formats. */
export const formatNames = {
  text: ['plan', 'run'],
  markdown: ['plan', 'run'],
  html: ['plan', 'run'],
  json: ['plan', 'run'],
  yaml: ['plan'],
  console: ['plan', 'run'],
  curl: ['plan', 'run'],
  junit: ['run'],
  github: ['run'],
} as const satisfies Readonly<Record<string, readonly ('plan' | 'run')[]>>;

export type FormatName = keyof typeof formatNames;

export function isFormat(name: string): name is FormatName {
  return Object.hasOwn(formatNames, name);
}

/** The names of the formats that something can be shown in. */
export function formatsOf(what: 'plan' | 'run'): FormatName[] {
  return Object.entries(formatNames).flatMap(([name, of]) =>
    isFormat(name) && (of as readonly string[]).includes(what) ? [name] : [],
  );
}
