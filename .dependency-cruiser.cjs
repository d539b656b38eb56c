// The folder rules: which folder may import which, and which libraries each owns. Everything may
// read domain/. The rules at the end are generated from these three tables.

/** Folder → the folders it may import besides itself and domain/, and what to do instead. */
const folders = {
  domain: [[], 'domain/ is pure words and rules: hand what you need in as an argument.'],
  config: [[], 'config/ only reads the environment: hand the result on from app/.'],
  providers: [
    [],
    'Providers know their vendor alone: take I/O (http, run, clock) from the context.',
  ],
  adapters: [[], 'Adapters do I/O and hold no rules: move the decision to nodes/ or domain/.'],
  prisma: [['generated'], 'Repositories return entities of domain/: move the type there.'],
  tools: [[], 'Tools reach providers and hosts through their deps: add a port to domain/ports.ts.'],
  nodes: [['tools'], 'Nodes act through tools and deps: add a port to domain/ports.ts.'],
  graph: [['nodes', 'tools'], 'The graph wires nodes: effects belong to nodes and tools.'],
  workers: [
    [],
    'Workers carry, they do not decide: take a function or port from app/container.ts.',
  ],
  bot: [[], 'The bot speaks to the Agent port: app/container.ts hands it in.'],
  api: [[], 'The API speaks to the Agent port: app/container.ts hands it in.'],
  cli: [[], 'The CLI speaks the public API only.'],
  simulators: [[], 'Simulators stand for the outside world: share types through domain/.'],
};

/** Folders that compose the others: the list names what they must not import. */
const composers = {
  app: [
    ['simulators', 'bench', 'test', 'cli'],
    'app/ builds the product: nothing of demo, bench or tests.',
  ],
};

/** Library → the only places that may import it, and what to do instead. */
const libraries = [
  [
    '(node:)?child_process',
    ['adapters', 'app/embedded', 'app/supervisor', 'cli', 'simulators'],
    'Take the Playbooks, Ssh or process port from deps; only adapters/ start processes.',
  ],
  ['node-ssh|ssh2', ['adapters', 'simulators'], 'Use the Ssh port of domain/ports.ts.'],
  ['axios', ['adapters'], 'Use the http client that is handed in.'],
  ['@kubernetes/client-node', ['adapters'], 'Use the Kube port of domain/ports.ts.'],
  ['@langchain/openai', ['adapters'], 'Use the Llm port of domain/ports.ts.'],
  ['@langchain/langgraph-checkpoint.*', ['graph', 'app'], 'Only graph/ knows the checkpointer.'],
  ['@langchain/langgraph', ['graph', 'nodes'], 'Submit work through the Agent port.'],
  ['@langchain/core', ['graph', 'nodes', 'adapters'], 'Submit work through the Agent port.'],
  ['@prisma/.+|prisma', ['prisma', 'generated'], 'Use a repository of domain/repositories.ts.'],
  ['pg', ['prisma', 'adapters', 'graph', 'app'], 'Use a repository of domain/repositories.ts.'],
  ['bullmq', ['workers'], 'Enqueue through the Queue port.'],
  ['ioredis', ['workers', 'adapters', 'app'], 'Use the port that app/container.ts hands in.'],
  ['telegraf', ['bot'], 'Put an alert into the outbox; only bot/ speaks to Telegram.'],
  ['fastify|@fastify/.+|fastify-.+', ['api', 'simulators'], 'Add a route in api/routes.'],
  ['commander', ['cli'], 'Add a command in cli/.'],
];

const anyOf = (names) => `^(${names.join('|')})/`;
const everything = [
  ...Object.keys(folders),
  ...Object.keys(composers),
  'bench',
  'test',
  'generated',
];
// Tests sit beside the code and may use fakes, builders and real servers.
const tests = '\\.(test|int\\.test|e2e\\.test)\\.ts$';
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
// The demo is a composer too, though it lives with the simulators.
const demo = '^simulators/demo/';

const folderRules = Object.entries(folders).map(([folder, [allowed, instead]]) =>
  rule(
    `${folder}-imports`,
    instead,
    { path: `^${folder}/`, pathNot: [tests, demo] },
    {
      path: anyOf(everything.filter((name) => ![folder, 'domain', ...allowed].includes(name))),
    },
  ),
);

const composerRules = Object.entries(composers).map(([folder, [forbidden, instead]]) =>
  rule(
    `${folder}-imports`,
    instead,
    { path: `^${folder}/`, pathNot: tests },
    { path: anyOf(forbidden) },
  ),
);

const libraryRules = libraries.map(([library, owners, instead]) =>
  rule(
    `library-${library.replace(/[^\w@/-]+/g, '')}`,
    instead,
    {
      path: anyOf([...everything]),
      pathNot: [tests, anyOf([...owners, 'test', 'bench', 'scripts'])],
    },
    // Types, built-ins and packages alike: by the resolved path or by the bare name.
    { path: [`^(${library})$`, `(^|/)node_modules/(@types/)?(${library})/`] },
  ),
);

module.exports = {
  forbidden: [
    ...folderRules,
    ...composerRules,
    ...libraryRules,
    rule(
      'no-cycles',
      'Two files that need each other are one thing, or their common part belongs to a third file.',
      {},
      // Types that mention each other are fine: such an import is gone when the code runs.
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    rule(
      'config-is-read-once',
      'Settings reach a module as arguments of its createX: only app/ calls loadConfig.',
      { pathNot: [tests, anyOf(['config', 'app', 'scripts', 'test', 'bench']), demo] },
      { path: '^config/' },
    ),
    rule(
      'no-unresolved',
      'The import leads nowhere: mend the path, or add the package to package.json.',
      {},
      { couldNotResolve: true },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^generated/'] },
    exclude: { path: ['^dist/', '^node_modules/\\.cache'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'types', 'default'],
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.d.ts', '.json'],
    },
  },
};
