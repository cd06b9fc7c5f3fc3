import type { Lint } from './lint.ts';

/** Every input is read: what nobody reads changes nothing, whatever it is set to. */
export const inputsAreUsed: Lint = {
  code: 'unused-input',
  title: 'nothing reads this input',
  reason:
    'Whoever sets the input expects that it changes something. It is usually left over, or the name is mistyped where it should be read.',
  fix: 'Read it where it is meant, {{inputs.NAME}}, or remove it.',
  example: {
    wrong:
      'inputs:\n  user_password: { type: string, secret: true }\nsteps:\n- id: user\n  on: source\n  call: PUT /_security/user/backup\n  body: { password_hash: x, roles: [] }\n  keep: wanted',
    right:
      "inputs:\n  user_password: { type: string, secret: true }\nsteps:\n- id: user\n  on: source\n  call: PUT /_security/user/backup\n  body: { password: '{{inputs.user_password}}', roles: [] }\n  keep: wanted",
  },
  find: ({ value, source }) => {
    const names = Object.keys(value.inputs ?? {});
    if (names.length === 0) return [];
    // Any mention counts, in a comment too: advice that is wrong costs more than advice that is missing.
    const mentioned = new Set([...source.text.matchAll(/inputs\.\[?([\w-]+)/g)].map(([, name]) => name));
    const isReadWhole = /\binputs\s*(?:\}\}|\))/.test(source.text);
    return isReadWhole
      ? []
      : names.filter((name) => !mentioned.has(name)).map((name) => ({ path: ['inputs', name], isKey: true }));
  },
};
