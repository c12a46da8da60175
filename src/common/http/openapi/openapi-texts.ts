/** Descriptions of the document's tags. A test fails when one is missing. */
export const TAGS: Readonly<Record<string, string>> = {
  accounts: "People's accounts.",
  applications: 'Backends that own rooms, with their API keys; and their rooms as admins see them.',
  audit: 'Who did what, when and from where; sealed, so that later changes are detected.',
  auth: 'Signing in, and staying signed in.',
  calls: 'Calls that ring, are live, or have ended.',
  circles: 'Families and teams, with their members.',
  config: 'The settings that the server runs with.',
  connections: 'Who is or was recently connected, over all protocols and nodes.',
  conversations: 'Conversations in circles, with who takes part.',
  devices: 'Devices in the homes of circles, with logins of their own.',
  health: 'For load balancers and orchestrators.',
  'ice-servers': 'STUN and TURN servers for calls.',
  invites: 'Pending invitations to circles.',
  legacy: 'Routes of the original systems, answer by answer as their clients know them. New programs use the others.',
  lobby: 'The signaling lobby, and the tokens that admit to it.',
  'machine-keys': 'Keys by which programs call this API, each with what it may do.',
  media: 'Files of messages.',
  messages: 'Messages in conversations.',
  nodes: 'The servers that share the work, and their traffic.',
  omikron: 'Home servers (Iotas) and the users that belong to them.',
  revocations: 'Who is refused on all sockets, and for how long.',
  rooms: "An application's rooms, with their endpoints and messages.",
  services: "The exhibition relay's tenants, with their tokens and live sessions.",
  tickets: 'What a browser presents once in place of a credential, to open a socket or an event stream.',
  uploads: 'Files of messages, piece by piece (tus 1.0.0). Use a tus client, not a generated one.',
};

/** Descriptions of the document's named enums. The linter fails when one is missing. */
export const ENUMS: Readonly<Record<string, string>> = {
  AbsentThing: 'What may be unavailable to a node.',
  AuditBreach: 'What is wrong with an entry of the audit log.',
  AuditOutcome: 'How an action ended: done, failed, or not allowed.',
  AwayThing: 'What may be unavailable to a node; `node`: another one fell silent.',
  BusState: 'State of the bus between nodes; `none`: there is only one node, `deaf`: only other nodes reach it.',
  CallFailure: 'Why a call failed.',
  CallOutcome: 'How a call ended.',
  CallProtocol: 'Protocols that have calls.',
  CallState: 'State of a call.',
  CirclePrivilege: 'What a member may do in a circle; `ADMIN` is held by one of them.',
  ConnectionEnder: 'Which side ended a connection.',
  ConversationPrivilege: 'What a member may do in a conversation.',
  LivenessStatus: 'What a running server reports.',
  NodeState: 'Status of a server.',
  Permissions: 'What the sockets of an endpoint may do in its room.',
  ProblemCode: 'The closed list of the `code`s of all problems.',
  Protocol: 'The message languages a socket can speak.',
  ReadinessStatus: 'Whether a server should get traffic.',
  RevocationSelector: 'What kind of subject a revocation names.',
  Role: 'What an account may do on the whole server.',
  SenderKind: 'Whether a person or a device wrote a message.',
  ServiceTokenRole: 'Whose token of a service is meant.',
  SettingSource: 'Where the value of a setting comes from; `file`: generated once into `DATA_DIR`.',
  TokenAlgorithm: "Signature algorithm of an issuer's tokens.",
  TopKind: 'Things that can be ranked by how busy they are.',
  TopMeasure: 'The measure by which the busiest are ranked.',
  Transport: 'What carries a connection.',
};

/** Who may call a route, according to its access decorator. */
export const CALLERS = {
  public: 'Anyone may call it.',
  optional: 'Anyone may call it; with an access token or a machine key, it acts as that caller.',
  user: "Needs the access token of a person's account.",
  account: 'Needs the access token of an account or a device.',
  userOrKey: "Needs the access token of a person's account, or a machine key with the scope.",
  viewer: 'Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a machine key.',
  operator: 'Needs the access token of an account with the role `operator` or `admin`, or a machine key.',
  admin: 'Needs the access token of an account with the role `admin`, or a machine key.',
  viewerOrApplication:
    'Needs the access token of an account with the role `viewer`, `operator` or `admin`, a machine key, or the API key of ' +
    'the application itself.',
  adminOrApplication:
    'Needs the access token of an account with the role `admin`, a machine key, or the API key of the application itself.',
  application: 'Needs the API key of an application.',
  bearer: 'Needs any bearer credential: an access token or a lobby token.',
  ticketHolder: 'Needs an access token, a lobby token, the token of an Iota, or the API key of an application.',
} as const;

/** Extension of an operation that names its callers. */
export const CALLER = 'x-caller';
