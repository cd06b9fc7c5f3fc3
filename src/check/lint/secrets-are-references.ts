import { contentKeys, type Path } from '../../language/index.ts';
import { isObject, type Json } from '../../text/index.ts';
import { callsIn, type Finding, type Lint } from './lint.ts';

/** No secret stands in a runbook. */
export const secretsAreReferences: Lint = {
  code: 'secret-looking-literal',
  title: 'this looks like a secret that is written into the runbook',
  reason:
    'A runbook is in a repository, in reviews and in plans: whoever reads one of them has the secret. It cannot be kept out of records either, for nobody knows that it is one.',
  fix: 'Make it an input with secret: true, and let the environment file say where it comes from. Change the secret: it was in a file.',
  example: {
    wrong:
      '- id: user\n  on: source\n  call: PUT /_security/user/kara\n  body: { password: correct-horse, roles: [r] }',
    right:
      "inputs: { user_password: { type: string, secret: true } }\n…\n- id: user\n  on: source\n  call: PUT /_security/user/kara\n  body: { password: '{{inputs.user_password}}', roles: [r] }",
  },
  find: (file) =>
    callsIn(file).flatMap(({ step, path }) =>
      ([...contentKeys, 'headers', 'query'] as const).flatMap((field) =>
        literals((step[field] ?? null) as Json, [...path, field]).map(
          (found): Finding => ({ path: found, step: path, isSensitive: true }),
        ),
      ),
    ),
};

const secretName = /(^|[_.-])(password|passwd|secret|secret_access_key|access_key_id|api_key|token|authorization)$/i;
/** Access keys of Alibaba Cloud and of AWS; the beginning of a private key. */
const secretForm = /^(LTAI[A-Za-z0-9]{12,}|AKIA[A-Z0-9]{16})$|-----BEGIN [A-Z ]*PRIVATE KEY/;

function literals(value: Json, path: Path): Path[] {
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, index) => literals(item, [...path, index]));
  if (isObject(value)) return Object.entries(value).flatMap(([key, item]) => literals(item, [...path, key]));
  if (typeof value !== 'string' || value === '' || value.includes('{{')) return [];
  return secretForm.test(value) || secretName.test(String(path.at(-1))) ? [path] : [];
}
