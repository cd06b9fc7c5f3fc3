// The import borders of the rooms: what each folder of src may import. `npm run check` enforces them.
const rooms = {
  text: [],
  language: ['text'],
  plan: ['text', 'language'],
  kinds: ['text', 'language', 'plan'],
  check: ['text', 'language', 'kinds'],
  planner: ['text', 'language', 'plan', 'kinds', 'check'],
  engine: ['text', 'language', 'plan', 'kinds'],
  connections: ['text', 'language', 'plan', 'kinds', 'engine'],
  runs: ['text', 'language', 'plan', 'engine'],
  report: ['text', 'language', 'plan', 'kinds', 'engine'],
  sandbox: ['text', 'language'],
  host: ['text', 'language', 'plan', 'kinds', 'check', 'planner', 'engine', 'connections', 'runs', 'report'],
};
// These rooms (and the world of the sandbox) are pure and import nothing of Node.
const pure = ['text', 'language', 'plan', 'kinds', 'check', 'planner', 'engine'];

const borders = Object.entries(rooms).map(([room, may]) => ({
  name: `${room}-imports-only-${[...may, 'itself'].join('-')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...borders,
    {
      name: 'pure-rooms-import-nothing-of-node',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')}|sandbox/world)/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'clients-only-in-connections',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/connections/' },
      to: { path: 'node_modules/ali-oss/' },
    },
    {
      // What holds secrets is shown by the redactor only, which takes them out before it cuts.
      name: 'no-cut-before-redaction',
      severity: 'error',
      from: { path: '^src/(engine|connections|cli|language/(matchers|call|expression|helpers|template))' },
      to: { path: '^src/text/in-one-line' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
    doNotFollow: { path: 'node_modules' },
  },
};
