// The walls of the house (CONTRIBUTING.md), as data. `npm run check` holds every import to them.

/** Which packages of ours a package may import. */
const PACKAGES = {
  contract: [],
  'audit-log': ['contract'],
  client: ['contract', 'audit-log'],
  cli: ['contract', 'client'],
  engine: ['contract', 'audit-log'],
  console: ['contract', 'client'],
};

/**
 * Low to high: a floor imports what lies below it. Rooms on one floor do not see each other. A name is a folder of `src`,
 * a file of its root, or both. `npm run check` refuses a folder or root file that stands in no row.
 */
const CONTRACT_LAYERS = [
  ['version', 'findings', 'network'],
  ['catalogue', 'secrets'],
  ['wire'],
  ['audit', 'webhooks', 'connection-string', 'statement'],
  ['validation', 'data-action', 'project-file'],
  ['openapi', 'test-material'],
  ['index'],
];

const AUDIT_LOG_LAYERS = [
  ['clock', 'sha256-hex', 'sync-folder', 'audit-checkpoint', 'log-reader', 'lock-holder'],
  ['log-file', 'lines'],
  ['file-lock', 'group-commit-log', 'segments', 'recover-chain'],
  ['tail'],
  ['index'],
];

const ENGINE_LAYERS = [
  ['util'],
  ['drivers', 'state', 'seal'],
  ['audit'],
  ['features'],
  ['http'],
  ['settings'],
  ['app'],
  ['commands'],
  ['main'],
  ['index'],
];
const CLIENT_LAYERS = [
  ['error-codes'],
  ['errors'],
  ['util'],
  ['arguments'],
  ['wire', 'telemetry'],
  ['options'],
  ['http', 'files'],
  ['auth', 'audit', 'secrets', 'webhooks'],
  ['resources'],
  ['plan', 'pull'],
  ['apply'],
  ['client'],
  ['index'],
];

const CLI_LAYERS = [
  ['exit-codes'],
  ['cli-error'],
  ['output'],
  ['process'],
  ['session'],
  ['files'],
  ['tree'],
  ['commands'],
  ['program'],
  ['main'],
  ['index'],
];

/** The floors of each package that has them. */
export const LAYERS = {
  contract: CONTRACT_LAYERS,
  'audit-log': AUDIT_LOG_LAYERS,
  engine: ENGINE_LAYERS,
  client: CLIENT_LAYERS,
  cli: CLI_LAYERS,
};

/** The engine's features, low to high: a feature imports those before it. */
const FEATURE_ORDER = ['secrets', 'health', 'connectors', 'actions', 'executions'];
/** Features that neither import another one nor are imported by one. */
const FREE_FEATURES = ['audit', 'events', 'oauth'];

/** Vendor modules of the engine, and the only folders that may import them. */
const VENDOR_MODULES = {
  pg: ['drivers/postgresql', 'state'],
  'better-sqlite3': ['state'],
  mysql2: ['drivers/mysql'],
  tedious: ['drivers/sqlserver'],
  oracledb: ['drivers/oracle'],
};

const room = (name) => `${name}(/|\\.ts$)`;

function forbidOtherPackages() {
  return Object.entries(PACKAGES).map(([name, allowed]) => ({
    name: `package-${name}`,
    comment: `${name} may import ${allowed.join(', ') || 'no package of ours'}.`,
    severity: 'error',
    from: { path: `^packages/${name}/src/` },
    to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
  }));
}

function forbidUpwards(packageName, layers) {
  return layers.flatMap((rooms, floor) => {
    const higher = layers.slice(floor + 1).flat();
    return rooms
      .map((name) => ({ name, refused: [...higher, ...rooms.filter((other) => other !== name)] }))
      .filter(({ refused }) => refused.length > 0)
      .map(({ name, refused }) => ({
        name: `${packageName}-layer-${name}`,
        comment: `${packageName}/src/${name} imports downwards only.`,
        severity: 'error',
        from: { path: `^packages/${packageName}/src/${room(name)}` },
        to: { path: `^packages/${packageName}/src/(${refused.map(room).join('|')})` },
      }));
  });
}

function forbidFeaturesOutOfOrder() {
  const allowed = [
    ...FEATURE_ORDER.map((name, at) => [name, FEATURE_ORDER.slice(0, at)]),
    ...FREE_FEATURES.map((name) => [name, []]),
  ];
  const known = allowed.map(([name]) => name).join('|');
  return [
    ...allowed.map(([name, lower]) => ({
      name: `feature-${name}`,
      comment: `The feature ${name} may import ${lower.join(', ') || 'no other feature'}.`,
      severity: 'error',
      from: { path: `^packages/engine/src/features/${name}/` },
      to: {
        path: '^packages/engine/src/features/',
        pathNot: `^packages/engine/src/features/(${[name, ...lower].join('|')})/`,
      },
    })),
    {
      name: 'feature-without-a-place',
      comment: 'A new feature gets its place in FEATURE_ORDER or FREE_FEATURES.',
      severity: 'error',
      from: { path: '^packages/engine/src/features/([^/]+)/', pathNot: `^packages/engine/src/features/(${known})/` },
      to: { path: '^packages/engine/src/features/', pathNot: '^packages/engine/src/features/$1/' },
    },
  ];
}

function forbidVendorsElsewhere() {
  return Object.entries(VENDOR_MODULES).map(([module, folders]) => ({
    name: `vendor-${module}`,
    comment: `${module} is imported in ${folders.join(' and ')} only.`,
    severity: 'error',
    from: { path: '^packages/[^/]+/src/', pathNot: `^packages/engine/src/(${folders.join('|')})/` },
    to: { path: `(^|/)node_modules/(@types/)?${module}/` },
  }));
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two modules that import each other are one module, or the wall between them is wrong.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...forbidOtherPackages(),
    ...Object.entries(LAYERS).flatMap(([name, layers]) => forbidUpwards(name, layers)),
    ...forbidFeaturesOutOfOrder(),
    ...forbidVendorsElsewhere(),
    {
      name: 'package-entrance',
      comment: "A package is entered by what its package.json exports: '@dipswitch/NAME', never by a path.",
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/src/',
        pathNot: '^packages/($1/|[^/]+/src/index\\.ts$)',
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'feature-through-its-service',
      comment: 'A feature reaches another through its service interface; never its store, tables or routes.',
      severity: 'error',
      from: { path: '^packages/engine/src/features/([^/]+)/' },
      to: {
        path: '^packages/engine/src/features/.+(store|routes)\\.ts$',
        pathNot: '^packages/engine/src/features/$1/',
      },
    },
    {
      name: 'contract-is-browser-safe',
      comment: 'The contract runs in a browser: no module of Node, no I/O.',
      severity: 'error',
      from: { path: '^packages/(contract|console)/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'diff-is-pure',
      comment: 'Desired and actual state in, plan out: no I/O.',
      severity: 'error',
      from: { path: '^packages/client/src/plan/diff\\.ts$' },
      to: {
        path: '^(node:|fs$|net$|http$)|node_modules/undici|^packages/client/src/(http/|auth/|resources/connectors\\.)',
      },
    },
    {
      name: 'files-load-no-http',
      comment: 'Project files are read and judged without a server: no HTTP library, not even by way of another room.',
      severity: 'error',
      from: { path: '^packages/client/src/files/' },
      to: {
        path: '(^|/)node_modules/undici/|^(undici|node:http|node:https|node:net|node:tls|http|https|net|tls)$',
        reachable: true,
      },
    },
    {
      name: 'files-use-little-of-node',
      comment: 'Of Node: the file system and paths.',
      severity: 'error',
      from: { path: '^packages/client/src/files/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(fs|path)$' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(packages/[^/]+/test|test|scripts|bench)/' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
