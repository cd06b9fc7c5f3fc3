import { isObject } from '../../text/index.ts';
import { atCall, bodyField, callsIn, type Lint } from './lint.ts';

/** The destination registers repositories with `readonly: true` (docs/how-servers-behave.md, R1). */
export const destinationRepositoriesAreReadonly: Lint = {
  code: 'writable-destination-repository',
  title: 'the destination registers a repository without readonly: true',
  reason:
    'Two clusters that write to one repository break it: after one snapshot from the destination, every call on the repository at the source is a 500, GET included. "read_only" is silently ignored.',
  fix: 'Add readonly: true to its settings. A repository that only the destination writes, with a base_path of its own, is a reason to silence this.',
  example: {
    wrong:
      '- id: repository\n  on: destination\n  call: PUT /_snapshot/my_restore\n  body: { type: oss, settings: { bucket: b } }',
    right:
      '- id: repository\n  on: destination\n  call: PUT /_snapshot/my_restore\n  body: { type: oss, settings: { bucket: b, readonly: true } }',
  },
  find: (file) =>
    callsIn(file)
      .filter((call) => /^(PUT|POST)$/.test(call.method) && /^\/_snapshot\/[^/]+$/.test(call.target))
      .filter((call) => call.on === 'destination')
      .filter((call) => {
        const settings = bodyField(call, 'settings');
        const readonly = isObject(settings) ? settings.readonly : undefined;
        // A template is decided by whoever gives its value.
        return readonly === undefined || readonly === false || readonly === 'false';
      })
      .map(atCall),
};
