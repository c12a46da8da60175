# Made from the OpenAPI document by npm run client:generate. Do not edit.
from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict

# What may be unavailable to a node.
AbsentThing = Literal['database', 'database disk', 'redis', 'media']

# What is wrong with an entry of the audit log.
AuditBreach = Literal['changed', 'missing', 'inserted', 'forged', 'seal']

# How an action ended: done, failed, or not allowed.
AuditOutcome = Literal['success', 'failure', 'refused']

# What may be unavailable to a node; `node`: another one fell silent.
AwayThing = Literal['database', 'database disk', 'redis', 'media', 'node']

# State of the bus between nodes; `none`: there is only one node, `deaf`: only other nodes reach it.
BusState = Literal['none', 'ok', 'away', 'deaf']

# Why a call failed.
CallFailure = Literal['node_lost', 'abandoned']

# How a call ended.
CallOutcome = Literal['completed', 'declined', 'cancelled', 'expired', 'failed']

# Protocols that have calls.
CallProtocol = Literal['signaling', 'omikron']

# State of a call.
CallState = Literal['ringing', 'live', 'ended']

# What a member may do in a circle; `ADMIN` is held by one of them.
CirclePrivilege = Literal['ADMIN', 'REGULAR', 'MEMBRE', 'DEFAULT']

# Which side ended a connection.
ConnectionEnder = Literal['server', 'client']

# What a member may do in a conversation.
ConversationPrivilege = Literal['ADMIN', 'STANDARD']

# What a running server reports.
LivenessStatus = Literal['ok']

# Status of a server.
NodeState = Literal['starting', 'ready', 'degraded', 'draining', 'deaf']

# What the sockets of an endpoint may do in its room.
Permissions = Literal['read', 'write', 'readwrite']

# The closed list of the `code`s of all problems.
ProblemCode = Literal['malformed_body', 'malformed_request', 'host_not_allowed', 'invalid_credentials', 'sign_in_failed', 'unauthenticated', 'token_reused', 'forbidden', 'insufficient_scope', 'password_sign_in_off', 'sign_in_refused', 'account_disabled', 'registration_closed', 'not_found', 'method_not_allowed', 'conflict', 'already_exists', 'room_not_durable', 'epoch_changed', 'count_changed', 'last_admin', 'last_sign_in', 'no_password', 'range_not_satisfiable', 'payload_too_large', 'quota_exceeded', 'unsupported_media_type', 'unknown_subject', 'invalid_input', 'rate_limited', 'storage_full', 'database_unavailable', 'database_full', 'broker_unavailable', 'unavailable', 'internal_error']

# The message languages a socket can speak.
Protocol = Literal['services', 'rooms', 'circles', 'signaling', 'omikron', 'console']

# Whether a server should get traffic.
ReadinessStatus = Literal['ok', 'degraded', 'starting', 'draining', 'deaf']

# What kind of subject a revocation names.
RevocationSelector = Literal['user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota', 'issuer']

# What an account may do on the whole server.
Role = Literal['user', 'viewer', 'operator', 'admin']

# Whether a person or a device wrote a message.
SenderKind = Literal['user', 'device']

# Whose token of a service is meant.
ServiceTokenRole = Literal['host', 'client']

# Where the value of a setting comes from; `file`: generated once into `DATA_DIR`.
SettingSource = Literal['default', 'environment', 'file']

# Signature algorithm of an issuer's tokens.
TokenAlgorithm = Literal['HS256', 'RS256', 'ES256', 'EdDSA']

# Things that can be ranked by how busy they are.
TopKind = Literal['room', 'service']

# The measure by which the busiest are ranked.
TopMeasure = Literal['deliveries']

# What carries a connection.
Transport = Literal['websocket', 'polling', 'sse']


class AbsenceDto(TypedDict):
    # When it disappeared, as this node noticed.
    since: str
    # As in `away`.
    what: AbsentThing


class AccountIdentityDto(TypedDict):
    # When it was first used to sign in to the account.
    createdAt: str
    # The id by which it is unlinked.
    id: int
    # The identity provider (`iss`).
    issuer: str
    # The provider's id of the account (`sub`).
    subject: str


class AccountIdentityPage(TypedDict):
    # What is on this page.
    items: List[AccountIdentityDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class AccountLoginDto(TypedDict):
    # The address it was requested from.
    address: Optional[str]
    # When it began, with a password.
    createdAt: str
    # Whether this is the login that asks.
    current: bool
    # The id by which it is ended.
    id: int
    # When it last got tokens, which live for 15 minutes.
    lastUsedAt: str
    # What that client called itself (`User-Agent`).
    userAgent: Optional[str]


class AccountLoginPage(TypedDict):
    # What is on this page.
    items: List[AccountLoginDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class AccountPage(TypedDict):
    # What is on this page.
    items: List[UserDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class AddParticipantRequest(TypedDict, total=False):
    # Email of a member of the circle; or else the id.
    email: str
    # Id of a member of the circle; or else the email.
    userId: int


class AdminEndpointDto(TypedDict):
    # When it was made.
    createdAt: str
    # When the code expires; `null` = never.
    expiresAt: Optional[str]
    # The endpoint's id.
    id: int
    # What others see of it.
    identity: str
    # The API key that made it; `null` once that is removed.
    keyId: Optional[int]
    # What its sockets may do in the room.
    permissions: Permissions
    # Whether its sockets are refused because it is revoked, or the API key that made it.
    revoked: bool
    # Name of the room it admits to.
    room: str


class AdminEndpointPage(TypedDict):
    # What is on this page.
    items: List[AdminEndpointDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ApplicationDto(TypedDict):
    # When it was made.
    createdAt: str
    # The application's id.
    id: int
    # Unique.
    name: str
    # When it was last changed.
    updatedAt: str


class ApplicationKeyDto(TypedDict):
    # When it was made.
    createdAt: str
    # The key's id.
    id: int
    # To the minute; `null` = never.
    lastUsedAt: Optional[str]
    # The beginning of the key.
    prefix: str


class ApplicationKeyPage(TypedDict):
    # What is on this page.
    items: List[ApplicationKeyDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ApplicationPage(TypedDict):
    # What is on this page.
    items: List[ApplicationDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class AuditEntryDto(TypedDict):
    # What was done.
    action: str
    # Who did it.
    actor: AuditPartyDto
    # The client's address; `null` if the server acted by itself, or if there were several.
    address: Optional[str]
    # When it was done.
    at: str
    # `before` and `after` of each member, or other details of the act; secrets only as `hmac:…`. `null` if there
    # are none.
    changes: Any
    # How often: repetitions from one address within a minute are one entry.
    count: int
    # Id of the entry; later entries have higher ids.
    id: int
    # The node it was done on.
    node: str
    # How it ended.
    outcome: AuditOutcome
    # Id of the request, as in logs and problems.
    requestId: Optional[str]
    # What it was done to; `null` if there is no such thing.
    target: Optional[AuditPartyDto]
    # The client's `User-Agent` header.
    userAgent: Optional[str]


class AuditPage(TypedDict):
    # What is on this page.
    items: List[AuditEntryDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class AuditPartyDto(TypedDict):
    # Its id; `null` if it has none.
    id: Optional[str]
    # Its kind, e.g. `user`, `machineKey`, `application`, `service`; `anonymous` sent no credential, `system` is the
    # server.
    kind: str
    # Its name at that time.
    label: Optional[str]


class AuditVerdictDto(TypedDict):
    # What is wrong with it: `forged` means that this server did not write it, `seal` that its seal is not intact.
    breach: Optional[AuditBreach]
    # Number of entries read.
    checked: int
    # Id of the first entry that is missing or not as it was written.
    firstBroken: Optional[int]
    # The last seal, `<id>:<hash>`, as in the server's log.
    head: Optional[str]
    # Whether every entry is there, as it was written.
    ok: bool
    # Id of the last sealed entry; newer ones are sealed within a minute.
    sealedTo: int


class AwayDto(TypedDict):
    # Which node, where it is one.
    node: Optional[SilentNodeDto]
    # When it disappeared, as this node noticed.
    since: str
    # `node`: another node fell silent; the others are as in readiness.
    what: AwayThing


class CallDto(TypedDict):
    # Counted from when it became live; `null` = it never was.
    answeredAt: Optional[str]
    # The id its participants know it by, in lower case; `null` in a protocol that has none.
    callId: Optional[str]
    # When it ended; `null` while it has not.
    endedAt: Optional[str]
    # `sid` of the participant who ended it; `account:<id>` of an admin who ended it from outside.
    endedBy: Optional[str]
    # The call's id in the ledger.
    id: int
    # How it ended; `null` while it has not.
    outcome: Optional[CallOutcome]
    # Who rang, was rung, or was in the call.
    participants: List[CallParticipantDto]
    # The message language it was made in.
    protocol: CallProtocol
    # Why it failed; else `null`. `node_lost`: the server of a participant was lost; `abandoned`: no server knew of
    # the
    # call any more.
    reason: Optional[CallFailure]
    # When it began to ring, or began.
    startedAt: str
    # Where it stands.
    state: CallState


class CallPage(TypedDict):
    # What is on this page.
    items: List[CallDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class _CallParticipantDtoRequired(TypedDict):
    # `null` for those who never were in the call.
    joinedAt: Optional[str]
    # When it last left; `null` while it is present.
    leftAt: Optional[str]
    # Whether its microphone was last off.
    muted: bool
    # What the others saw of it.
    name: str
    # Id of the socket (signaling) or of the user (omikron).
    sid: str
    # Whether its camera was last off.
    videoOff: bool


class CallParticipantDto(_CallParticipantDtoRequired, total=False):
    # The account behind it, if it showed one.
    userId: int


class ChangePasswordRequest(TypedDict):
    # The current password.
    currentPassword: str
    # The new password.
    newPassword: str


class ChangePrivilegeRequest(TypedDict):
    # `ADMIN` passes from its holder to this member.
    privilege: CirclePrivilege


class CircleDeviceDto(TypedDict):
    # The circle it belongs to.
    circleId: int
    # When it was made.
    createdAt: str
    # The device's id.
    id: int
    # Whether a socket of the device is authenticated.
    isOnline: bool
    # What the circle calls it.
    name: str
    # When it was last changed.
    updatedAt: str
    # Signs in with it.
    username: str


class CircleDevicePage(TypedDict):
    # What is on this page.
    items: List[CircleDeviceDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class CircleDto(TypedDict):
    # When it was made.
    createdAt: str
    # The circle's id.
    id: int
    # What its members call it.
    name: str
    # Of whoever asks; `null` for a device.
    privilege: Optional[CirclePrivilege]
    # When it was last changed.
    updatedAt: str


class CirclePage(TypedDict):
    # What is on this page.
    items: List[CircleDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ConfigDto(TypedDict):
    # All settings there are.
    groups: List[SettingGroupDto]
    # Name of the node that answers; others may be configured differently.
    node: str
    # Of what it runs.
    versions: VersionsDto


class ConnectionDto(TypedDict):
    # Id of the account behind it.
    account: Optional[str]
    # The client's address, also behind trusted proxies.
    address: str
    # When it was authenticated; `null` until then.
    admittedAt: Optional[str]
    # Id of the application whose room it is in.
    application: Optional[str]
    # Payload bytes it has sent.
    bytesIn: int
    # Bytes it was sent.
    bytesOut: int
    # Channels of the server it listens on.
    channels: int
    # Id of a circle it is in.
    circle: Optional[str]
    # When it connected.
    connectedAt: str
    # The id by which the connection is closed and revoked.
    id: str
    # When something was last sent either way, not counting heartbeats.
    lastActiveAt: str
    # Messages it has sent.
    messagesIn: int
    # Messages it was sent.
    messagesOut: int
    # Name of the node it is on.
    node: str
    # `null` until it is authenticated.
    principal: Optional[PrincipalDto]
    # The message language it speaks.
    protocol: Protocol
    # Name of the room it is in.
    room: Optional[str]
    # Id of the service it is in.
    service: Optional[str]
    # Id of the session of a host or guest.
    session: Optional[str]
    # How it is connected.
    transport: Transport
    # What the client calls itself (`User-Agent`).
    userAgent: Optional[str]
    # Bytes waiting for the client to read; above `OUTBOUND_LIMIT_BYTES` the connection is closed.
    waitingBytes: int


class ConnectionPage(TypedDict):
    # What is on this page.
    items: List[ConnectionDto]
    # Names of live nodes that did not answer in time; the items do not include theirs.
    missing: List[str]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]
    # How many match on all pages.
    total: int


class ConversationDto(TypedDict):
    # The circle it belongs to.
    circleId: int
    # When it was made.
    createdAt: str
    # Whether the circle's devices take part.
    deviceAccess: bool
    # The conversation's id.
    id: int
    # 0 before the first.
    lastMessageId: int
    # Who takes part.
    members: List[ParticipantDto]
    # What its members call it.
    name: str
    # Of whoever asks; `null` for a device.
    privilege: Optional[ConversationPrivilege]
    # The caller's read marker: id of the newest message they have read, 0 before the first.
    readMessageId: int
    # Messages of others after the caller's read marker, counted up to 1,000; 0 for a device.
    unreadCount: int
    # When it was last changed.
    updatedAt: str


class ConversationPage(TypedDict):
    # What is on this page.
    items: List[ConversationDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class _CreateAccountRequestRequired(TypedDict):
    # Unique without regard to case.
    email: str
    # What the person is called by friends.
    firstName: str
    # Family name.
    lastName: str
    # In plain text; only its hash is stored.
    password: str


class CreateAccountRequest(_CreateAccountRequestRequired, total=False):
    # A date; `null` when unknown.
    birthday: Optional[str]


class CreateApplicationRequest(TypedDict):
    # Unique. Also what the application is called where it speaks for itself.
    name: str


class CreateCircleRequest(TypedDict):
    # What its members call it.
    name: str


class _CreateConversationRequestRequired(TypedDict):
    # What its members call it.
    name: str


class CreateConversationRequest(_CreateConversationRequestRequired, total=False):
    # Whether the circle's devices take part.
    deviceAccess: bool
    # Accounts that take part from the beginning, besides the creator; members of the circle.
    memberIds: List[int]


class CreateDeviceRequest(TypedDict):
    # What the circle calls it.
    name: str


class _CreateEndpointRequestRequired(TypedDict):
    # What its sockets may do in the room.
    permissions: Permissions


class CreateEndpointRequest(_CreateEndpointRequestRequired, total=False):
    # Seconds after which the code is no longer valid and its sockets are closed; absent = never.
    expiresInSeconds: int
    # What others see of it.
    identity: str


class CreateInviteRequest(TypedDict):
    # Of an account.
    email: str


class _CreateIotaRequestRequired(TypedDict):
    # What admins call it.
    name: str


class CreateIotaRequest(_CreateIotaRequestRequired, total=False):
    # Its id on the wire; generated if absent.
    iotaId: str


class CreateLobbyTokenRequest(TypedDict, total=False):
    # Seconds for which it admits.
    expiresInSeconds: int
    # Name by which its owner recognizes it.
    name: str
    # Connections it admits; absent = any number. A connection that is lost and returns counts again.
    uses: int


class _CreateMachineKeyRequestRequired(TypedDict):
    # Name by which people recognize it.
    name: str
    # What it may do: `<tag>:read` or `<tag>:write`, `*` for every tag. `x-required-scope` of an operation says
    # which.
    scopes: List[str]


class CreateMachineKeyRequest(_CreateMachineKeyRequestRequired, total=False):
    # Addresses and CIDR ranges it may be used from; absent = any.
    allowedNetworks: List[str]
    # Seconds after which it is no longer valid; absent = never.
    expiresInSeconds: int


class CreateProfileRequest(TypedDict):
    # SHA-256 of the user's private key, hexadecimal. It is never shown again.
    privateKeyHash: str
    # Unique across all Iotas.
    userId: str


class CreateRevocationRequest(TypedDict, total=False):
    # Id of an API key.
    apiKey: int
    # Id of a live connection: revokes the credential it was admitted with, for everybody who uses it.
    connection: str
    # Id of a device.
    device: int
    # Id or code of an endpoint.
    endpoint: str
    # Public code of a session; its guests are removed, its host stays.
    guestCode: str
    # UUID of a home server.
    iota: str
    # Id of a token issuer; closes every connection that was admitted with its tokens.
    issuer: int
    # For those who read the list later.
    reason: str
    # Id of a service.
    service: int
    # When it ends by itself; absent = when it is deleted.
    until: str
    # Id of an account.
    user: int


class _CreateRoomRequestRequired(TypedDict):
    # Unique in the application: letters, digits, `-` and `_`.
    name: str


class CreateRoomRequest(_CreateRoomRequestRequired, total=False):
    # Whether messages are kept, so that returning clients miss nothing.
    durable: bool
    # Maximum number of messages kept; `null` for no limit.
    historyLimit: Optional[int]
    # Days for which messages are kept; `null` for ever.
    retentionDays: Optional[int]


class _CreateServiceRequestRequired(TypedDict):
    # Unique; at most 32 characters.
    title: str


class CreateServiceRequest(_CreateServiceRequestRequired, total=False):
    # Whether several hosts may be connected; if not, a new one replaces the old one.
    allowMultipleHosts: bool
    # Whether each host session gets a public code with which guests connect.
    allowPublicCode: bool
    # Letters of a public code, all different. From 1,000 guests on use 6: four letters are few enough to be
    # guessed.
    codeLength: int
    # Seconds for which a code admits new guests; `null` for as long as its session.
    codeTtlSeconds: Optional[int]
    # Guests that a session admits; `null` for any number.
    guestLimit: Optional[int]
    # Seconds for which a session waits for its host to come back.
    hostGraceSeconds: int
    # Whether a host's message with a member `user` is sent to that user alone.
    targeting: bool


class CreateTicketRequest(TypedDict, total=False):
    # The name others see; absent = the application's.
    identity: str
    # What its holder may do in which rooms, by name or by beginning with `*`; absent = everything in all of them.
    rooms: Dict[str, Permissions]


class _CreateTokenIssuerRequestRequired(TypedDict):
    # `alg` of its tokens; no other is accepted.
    algorithm: TokenAlgorithm
    # `iss` of its tokens; it belongs to one application of the whole server.
    issuer: str


class CreateTokenIssuerRequest(_CreateTokenIssuerRequestRequired, total=False):
    # Its public keys, as a JWK set or one JWK.
    jwks: Dict[str, Any]
    # URL of its public keys: `https`, no private address, no redirects. Cached for ten minutes.
    jwksUrl: str
    # Its public key as PEM.
    publicKey: str
    # For HS256, at least 32 bytes; never shown again.
    secret: str


class DeliveredDto(TypedDict):
    # Sockets the message went to.
    delivered: int


class DeviceDto(TypedDict):
    # The circle it belongs to.
    circleId: int
    # When it was made.
    createdAt: str
    # The device's id.
    id: int
    # What the circle calls it.
    name: str
    # When it was last changed.
    updatedAt: str
    # Signs in with it.
    username: str


class DeviceLoginDto(TypedDict):
    # JWT for `Authorization: Bearer` and for sockets.
    accessToken: str
    # What has signed in.
    device: DeviceDto
    # Seconds until the access token expires.
    expiresIn: int
    # Using it a second time, after more than 10 seconds or from another address, ends the login.
    refreshToken: str


class DeviceLoginRequest(TypedDict):
    # In plain text; only its hash is stored.
    password: str
    # The one the device was made with.
    username: str


class DevicePasswordDto(TypedDict):
    # Shown once.
    password: str


class EditMessageRequest(TypedDict):
    # Replaces the old text.
    text: str


class EndedConnectionDto(TypedDict):
    # Id of the account behind it.
    account: Optional[str]
    # The client's address, also behind trusted proxies.
    address: str
    # When it was authenticated; `null` until then.
    admittedAt: Optional[str]
    # Id of the application whose room it is in.
    application: Optional[str]
    # Payload bytes it has sent.
    bytesIn: int
    # Bytes it was sent.
    bytesOut: int
    # Channels of the server it listens on.
    channels: int
    # Id of a circle it is in.
    circle: Optional[str]
    # Close code, 1006 when the socket was lost; `null` if the transport has none.
    code: Optional[int]
    # When it connected.
    connectedAt: str
    # When it ended.
    endedAt: str
    # `client`: also when the network between them failed.
    endedBy: ConnectionEnder
    # The id by which the connection is closed and revoked.
    id: str
    # When something was last sent either way, not counting heartbeats.
    lastActiveAt: str
    # Messages it has sent.
    messagesIn: int
    # Messages it was sent.
    messagesOut: int
    # Name of the node it is on.
    node: str
    # `null` until it is authenticated.
    principal: Optional[PrincipalDto]
    # The message language it speaks.
    protocol: Protocol
    # In words, if there are any.
    reason: Optional[str]
    # Name of the room it is in.
    room: Optional[str]
    # Id of the service it is in.
    service: Optional[str]
    # Id of the session of a host or guest.
    session: Optional[str]
    # How it is connected.
    transport: Transport
    # What the client calls itself (`User-Agent`).
    userAgent: Optional[str]
    # Bytes waiting for the client to read; above `OUTBOUND_LIMIT_BYTES` the connection is closed.
    waitingBytes: int


class EndedConnectionPage(TypedDict):
    # What is on this page.
    items: List[EndedConnectionDto]
    # Names of live nodes that did not answer in time; the items do not include theirs.
    missing: List[str]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class EndpointDto(TypedDict):
    # The only credential of its sockets; its application may list it.
    code: str
    # When the code expires; `null` = never.
    expiresAt: Optional[str]
    # What others see of it.
    identity: str
    # What its sockets may do in the room.
    permissions: Permissions
    # Name of the room it admits to.
    room: str


class EndpointPage(TypedDict):
    # What is on this page.
    items: List[ListedEndpointDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ExchangeRequest(TypedDict):
    # The value after `#code=`.
    code: str


class FieldErrorDto(TypedDict):
    # Dotted path of the faulty member; empty for the body as a whole.
    field: str
    # What is wrong with it.
    message: str


class _IceServerDtoRequired(TypedDict):
    # Where it is.
    urls: List[str]


class IceServerDto(_IceServerDtoRequired, total=False):
    # Password of a TURN server.
    credential: str
    # Of TURN servers: when the credentials end (Unix seconds), and for whom they are.
    username: str


class IceServersDto(TypedDict):
    # Seconds until the credentials end; ask again before.
    expiresIn: int
    # In the format that browsers take.
    iceServers: List[IceServerDto]


class InviteDto(TypedDict):
    # The circle it leads to.
    circleId: int
    # That circle's name.
    circleName: str
    # When it was made.
    createdAt: str
    # Who is invited, whether or not they have an account.
    email: str
    # The invitation's id.
    id: int
    # Who invited; `null` once that account is removed.
    invitedBy: Optional[int]


class InvitePage(TypedDict):
    # What is on this page.
    items: List[InviteDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class IotaDto(TypedDict):
    # When it was made.
    createdAt: str
    # The home server's UUID, in lower case.
    iotaId: str
    # What admins call it.
    name: str
    # Host of the node it is connected to; `null` while it is away.
    node: Optional[str]
    # Whether it is connected now.
    online: bool


class IotaPage(TypedDict):
    # What is on this page.
    items: List[IotaDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class IotaTokenDto(TypedDict):
    # The home server's UUID, in lower case.
    iotaId: str
    # Shown only once.
    token: str


class LegacyCreateRoomRequest(TypedDict):
    # Letters, digits, `-` and `_`.
    room_name: str


class LegacyEndpointDto(TypedDict):
    # The only credential of its sockets.
    code: str
    # What others see of it.
    identity: str
    # What its sockets may do in the room.
    permissions: Permissions
    # Name of its room.
    room: str


class LegacyEndpointList(TypedDict):
    # In the order they were made.
    endpoints: List[LegacyListedEndpointDto]


class _LegacyEndpointRequestRequired(TypedDict):
    # What its sockets may do in the room.
    permissions: Permissions
    # Name of its room.
    room_name: str


class LegacyEndpointRequest(_LegacyEndpointRequestRequired, total=False):
    # What others see of it; absent = `Anonymous`.
    identity: str


class LegacyListedEndpointDto(TypedDict):
    # The only credential of its sockets.
    code: str
    # What others see of it.
    identity: str
    # What its sockets may do in the room.
    permissions: Permissions


class LegacyNewEndpointDto(TypedDict):
    # The only credential of its sockets.
    code: str
    # What others see of it.
    identity: str
    # What its sockets may do in the room.
    permissions: Permissions
    # Name of its room.
    room_name: str


class LegacyRoomList(TypedDict):
    # Names of the rooms.
    rooms: List[str]


class ListedEndpointDto(TypedDict):
    # `null` when it was made under another `SECRET_KEY`: it still admits, but cannot be shown any more.
    code: Optional[str]
    # When the code expires; `null` = never.
    expiresAt: Optional[str]
    # What others see of it.
    identity: str
    # What its sockets may do in the room.
    permissions: Permissions
    # Name of the room it admits to.
    room: str


class LivenessDto(TypedDict):
    # The process answers.
    status: LivenessStatus


class LobbyPage(TypedDict):
    # What is on this page.
    items: List[LobbyPeerDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class LobbyPeerDto(TypedDict):
    # When it connected.
    connectedAt: str
    # Whether it is in a call.
    inCall: bool
    # Empty until it has sent one.
    name: str
    # The id by which others address it.
    sid: str


class LobbyTokenDto(TypedDict):
    # When it was made.
    createdAt: str
    # When it stops admitting.
    expiresAt: str
    # The token's id.
    id: int
    # The initial name of peers that present it; `null` = none.
    name: Optional[str]
    # The account it is bound to.
    userId: int
    # How often it can admit; `null` = any number of times.
    uses: Optional[int]
    # How often it can still admit; `null` = any number of times.
    usesLeft: Optional[int]


class LobbyTokenPage(TypedDict):
    # What is on this page.
    items: List[LobbyTokenDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class LoginDto(TypedDict):
    # JWT for `Authorization: Bearer` and for sockets.
    accessToken: str
    # Seconds until the access token expires.
    expiresIn: int
    # Using it a second time, after more than 10 seconds or from another address, ends the login.
    refreshToken: str
    # Who has signed in.
    user: UserDto


class LoginRequest(TypedDict):
    # Compared case-insensitively.
    email: str
    # In plain text; only its hash is stored.
    password: str


class MachineKeyDto(TypedDict):
    # Addresses it may be used from; `null` = anywhere.
    allowedNetworks: Optional[List[str]]
    # When it was made.
    createdAt: str
    # Account that made it, and whose end, or end as an admin, is its own; `null`: made on the command line.
    createdBy: Optional[int]
    # When it ends; `null` = never.
    expiresAt: Optional[str]
    # The key's id.
    id: int
    # To the minute; `null` = never.
    lastUsedAt: Optional[str]
    # The address it came from then.
    lastUsedFrom: Optional[str]
    # Name by which people recognize it.
    name: str
    # The beginning of the key.
    prefix: str
    # What it may do.
    scopes: List[str]


class MachineKeyPage(TypedDict):
    # What is on this page.
    items: List[MachineKeyDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class MarkReadRequest(TypedDict):
    # Everything up to this message has been read.
    messageId: int


class MediaDto(TypedDict):
    # Of its content; `null` before the upload.
    contentType: Optional[str]
    # The name it was uploaded with; `null` before the upload.
    filename: Optional[str]
    # Whether it has a thumbnail.
    hasThumbnail: bool
    # The file's id.
    id: int
    # The name it was announced by.
    identifier: str
    # The message it belongs to.
    messageId: int
    # Bytes; `null` before the upload.
    size: Optional[int]
    # Whether its content is stored.
    uploaded: bool


class MediaUsageDto(TypedDict):
    # Bytes they may use; `null` = no limit.
    quotaBytes: Optional[int]
    # Bytes of the files that are stored or being uploaded.
    usedBytes: int


class MemberDto(TypedDict):
    # A date; `null` when unknown.
    birthday: Optional[str]
    # Unique without regard to case.
    email: str
    # What the person is called by friends.
    firstName: str
    # Of the account.
    id: int
    # Whether a socket of the account is authenticated.
    isOnline: bool
    # When they joined the circle.
    joinedAt: str
    # Family name.
    lastName: str
    # What they may do here.
    privilege: CirclePrivilege


class MemberPage(TypedDict):
    # What is on this page.
    items: List[MemberDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class MessageDto(TypedDict):
    # The client's own name for it; `null` = none.
    clientMessageId: Optional[str]
    # The conversation it was written in.
    conversationId: int
    # `null` when it was not edited.
    editedAt: Optional[str]
    # The message's id.
    id: int
    # Its files.
    media: List[MediaDto]
    # `null` once the account or device is removed.
    sender: Optional[SenderDto]
    # When it was written.
    sentAt: str
    # Empty when there are only files.
    text: str


class MessagePage(TypedDict):
    # What is on this page.
    items: List[MessageDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class MetricSeriesDto(TypedDict):
    # Protocol of connections and messages, code of closes, status of refused handshakes; otherwise `null`.
    label: Optional[str]
    # `connections` open at the end of a step; `messagesIn`, `messagesOut`, `connects`, `closes`, `refusals` a
    # second; `deliveryP50`, `deliveryP99` from the receipt of a frame to the last write that it led to, without the
    # wait for the database or the network, in milliseconds; `eventLoopP50`, `eventLoopP99` how late what was due
    # ran, in milliseconds.
    name: str
    # Id of its node, if nodes are not summed up (deliveries, event loop); otherwise `null`.
    node: Optional[str]
    # The oldest first, one per step; `null` if no node had one, e.g. before it was started.
    values: List[Optional[float]]


MetricsHistoryDto = TypedDict('MetricsHistoryDto', {
    # When the first step ended.
    'from': 'str',
    # Ids of live nodes that did not answer in time; the series do not include theirs.
    'missing': 'List[str]',
    # Live nodes that the series cover.
    'nodes': 'int',
    # One for each name and label.
    'series': 'List[MetricSeriesDto]',
    # Interval between two values.
    'stepSeconds': 'int',
})


class NewApplicationDto(TypedDict):
    # Shown only once.
    apiKey: str
    # When it was made.
    createdAt: str
    # The application's id.
    id: int
    # Unique.
    name: str
    # When it was last changed.
    updatedAt: str


class NewApplicationKeyDto(TypedDict):
    # Shown only once.
    apiKey: str
    # When it was made.
    createdAt: str
    # The key's id.
    id: int
    # To the minute; `null` = never.
    lastUsedAt: Optional[str]
    # The beginning of the key.
    prefix: str


class NewDeviceDto(TypedDict):
    # The circle it belongs to.
    circleId: int
    # When it was made.
    createdAt: str
    # The device's id.
    id: int
    # Whether a socket of the device is authenticated.
    isOnline: bool
    # What the circle calls it.
    name: str
    # Shown once.
    password: str
    # When it was last changed.
    updatedAt: str
    # Signs in with it.
    username: str


class NewIotaDto(TypedDict):
    # When it was made.
    createdAt: str
    # The home server's UUID, in lower case.
    iotaId: str
    # What admins call it.
    name: str
    # Host of the node it is connected to; `null` while it is away.
    node: Optional[str]
    # Whether it is connected now.
    online: bool
    # What it presents on the upgrade.
    token: str


class NewLobbyTokenDto(TypedDict):
    # Seconds.
    expiresIn: int
    # The token's id.
    id: int
    # Opens the call page with the token, which follows the `#`, so that no server logs it.
    link: str
    # Shown only once.
    token: str


class NewMachineKeyDto(TypedDict):
    # Addresses it may be used from; `null` = anywhere.
    allowedNetworks: Optional[List[str]]
    # When it was made.
    createdAt: str
    # Account that made it, and whose end, or end as an admin, is its own; `null`: made on the command line.
    createdBy: Optional[int]
    # When it ends; `null` = never.
    expiresAt: Optional[str]
    # The key's id.
    id: int
    # Shown only once.
    key: str
    # To the minute; `null` = never.
    lastUsedAt: Optional[str]
    # The address it came from then.
    lastUsedFrom: Optional[str]
    # Name by which people recognize it.
    name: str
    # The beginning of the key.
    prefix: str
    # What it may do.
    scopes: List[str]


class NewServiceDto(TypedDict):
    # Whether several hosts may be connected.
    allowMultipleHosts: bool
    # Whether each host session gets a public code with which guests connect.
    allowPublicCode: bool
    # Clients connect with it. Shown only once.
    clientToken: str
    # Letters of a public code.
    codeLength: int
    # Seconds for which a code admits new guests; `null` = as long as its session.
    codeTtlSeconds: Optional[int]
    # When it was made.
    createdAt: str
    # Guests that a session admits; `null` = any number.
    guestLimit: Optional[int]
    # Seconds for which a session waits for its host to come back.
    hostGraceSeconds: int
    # Hosts connect with it. Shown only once.
    hostToken: str
    # The service's id.
    id: int
    # Whether a host's message with a member `user` is sent to that user alone.
    targeting: bool
    # Unique.
    title: str
    # When it was last changed.
    updatedAt: str


class NodeBusDto(TypedDict):
    # Milliseconds since the node last received one of its own messages; `null` = never.
    heardMsAgo: Optional[int]
    # As found by the node's own probe, every second.
    state: BusState


class NodeDetailDto(TypedDict):
    # What the node has to do without. Other nodes that fell silent are named until they are heard again, a newer
    # one serves at their address, or a day has passed; they alone make no node `degraded`.
    away: List[AwayDto]
    # What carries messages between nodes.
    bus: NodeBusDto
    # Open sockets by protocol.
    connections: Dict[str, int]
    # CPU use of its process over the last seconds, in cores; above 1 if it uses several.
    cpu: float
    # Its connection to PostgreSQL.
    database: NodeLinkDto
    # Delay of its event loop, over the last ten seconds.
    eventLoop: NodeLoopDto
    # As in the `node` of a connection; changes with a restart.
    id: str
    # Utilization of its event loop, 0 to 1.
    load: float
    # When it reported what follows; its state and connections may be newer.
    measuredAt: str
    # Resources that its process uses.
    memory: NodeMemoryDto
    # Whether frames are sent in native calls, one per turn (`NATIVE_SEND`).
    nativeSend: bool
    # What is queued in it.
    queues: NodeQueuesDto
    # Its connection to Redis; `null` if there is only one node.
    redis: Optional[NodeLinkDto]
    # When its process started.
    startedAt: str
    # `degraded`: something is unavailable to it, which `away` names. `deaf`: it is cut off from the bus that other
    # nodes reach.
    state: NodeState
    # Seconds since its process started.
    uptimeSeconds: int
    # `NODE_URL`, else `PUBLIC_URL`.
    url: str
    # Of the program.
    version: str


class NodeDto(TypedDict):
    # What the node has to do without. Other nodes that fell silent are named until they are heard again, a newer
    # one serves at their address, or a day has passed; they alone make no node `degraded`.
    away: List[AwayDto]
    # Open sockets by protocol.
    connections: Dict[str, int]
    # As in the `node` of a connection; changes with a restart.
    id: str
    # Utilization of its event loop, 0 to 1.
    load: float
    # When its process started.
    startedAt: str
    # `degraded`: something is unavailable to it, which `away` names. `deaf`: it is cut off from the bus that other
    # nodes reach.
    state: NodeState
    # `NODE_URL`, else `PUBLIC_URL`.
    url: str
    # Of the program.
    version: str


class NodeLinkDto(TypedDict):
    # Round-trip time of the last heartbeat in milliseconds; `null` when it did not arrive.
    latencyMs: Optional[float]
    # Whether it is there.
    up: bool


class NodeList(TypedDict):
    # What is on this page.
    items: List[NodeDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class NodeLoopDto(TypedDict):
    # Median delay of what was due, in milliseconds.
    p50Ms: float
    # 99th percentile of the delay of what was due, in milliseconds.
    p99Ms: float


class NodeMemoryDto(TypedDict):
    # Bytes of its heap.
    heapTotal: int
    # Bytes of its heap that are in use.
    heapUsed: int
    # Bytes of memory the process has.
    rss: int


class NodeQueuesDto(TypedDict):
    # Received messages that wait for their turn.
    inboundMessages: int
    # Bytes waiting for slow readers.
    outboundBytes: int
    # Characters of messages that wait to be stored.
    storeCharacters: int


class OidcMethodDto(TypedDict):
    # The name by which people know the identity provider.
    label: str
    # Where a browser starts.
    startUrl: str


class OmegaAnswerDto(TypedDict):
    # What was asked for.
    data: OmegaDataDto
    # What happened, for a log.
    log: OmegaLogDto
    # Name of the message.
    type: str


class OmegaDataDto(TypedDict):
    # Host to connect to, with its port unless it is the default.
    omikron: str


class OmegaErrorDto(TypedDict):
    # What happened, for a log.
    log: OmegaLogDto
    # Name of the message.
    type: str


class OmegaLogDto(TypedDict):
    # 2 important, 1 normal, 0 debug.
    log_level: int
    # For people.
    message: str


class OwnUserDto(TypedDict):
    # A date; `null` when unknown.
    birthday: Optional[str]
    # When it was made.
    createdAt: str
    # A disabled account cannot sign in.
    disabled: bool
    # In lower case.
    email: str
    # What the person is called by friends.
    firstName: str
    # The account's id.
    id: int
    # Family name.
    lastName: str
    # Whether this server made its password, and it should change it: a first or a temporary one.
    passwordGenerated: bool
    # Whether it signs in with a password; `false` where the identity provider alone lets it in.
    passwordSignIn: bool
    # What the account may do on the whole server.
    role: Role


class ParticipantDto(TypedDict):
    # Unique without regard to case.
    email: str
    # What the person is called by friends.
    firstName: str
    # Of the account.
    id: int
    # Whether a socket of the account is authenticated.
    isOnline: bool
    # Family name.
    lastName: str
    # What they may do here.
    privilege: ConversationPrivilege
    # Id of the newest message they have read; 0 before the first.
    readMessageId: int


class PresentMemberDto(TypedDict):
    # When it connected.
    connectedAt: str
    # What others see of it.
    identity: str
    # What it may do in the room.
    permissions: Permissions


class PrincipalDto(TypedDict):
    # Unique among its kind.
    id: str
    # What it is, e.g. `host`, `guest`, `endpoint`, `holder` (of a token or ticket for rooms), `user`, `device`,
    # `peer`, `iota`.
    kind: str
    # For people to read.
    label: str


class _ProblemDtoRequired(TypedDict):
    # Machine-readable, from a closed list.
    code: ProblemCode
    # What went wrong this time.
    detail: str
    # HTTP status.
    status: int
    # The same for every problem of this code.
    title: str
    # Names the code as a URI.
    type: str


class ProblemDto(_ProblemDtoRequired, total=False):
    # The faulty members, with 422.
    errors: List[FieldErrorDto]
    # Also in `X-Request-Id` and in the logs.
    requestId: str


class ProfileDto(TypedDict):
    # When it was made.
    createdAt: str
    # The home server's UUID.
    iotaId: str
    # The user's UUID.
    userId: str


class ProfilePage(TypedDict):
    # What is on this page.
    items: List[ProfileDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ProtocolStatsDto(TypedDict):
    # Payload bytes received.
    bytesIn: int
    # Bytes received per second.
    bytesInPerSecond: float
    # Bytes sent.
    bytesOut: int
    # Bytes sent per second.
    bytesOutPerSecond: float
    # Open sockets.
    connections: int
    # Messages received since the nodes started.
    messagesIn: int
    # Messages received per second.
    messagesInPerSecond: float
    # Messages sent since the nodes started.
    messagesOut: int
    # Messages sent per second.
    messagesOutPerSecond: float
    # The message language it speaks.
    protocol: str


class _PublishToRoomRequestRequired(TypedDict):
    # Any JSON value, also `null`; delivered as it is written.
    message: Any


class PublishToRoomRequest(_PublishToRoomRequestRequired, total=False):
    # The sender's name; absent = the application's name.
    identity: str


class _PublishToServiceRequestRequired(TypedDict):
    # Delivered unchanged.
    message: Dict[str, Any]


class PublishToServiceRequest(_PublishToServiceRequestRequired, total=False):
    # `all` (hosts, clients and guests), `hosts`, or the id of one user.
    to: str


class PublishedDto(TypedDict):
    # What the offset belongs to.
    epoch: Optional[str]
    # Its position in the room.
    offset: Optional[int]


class ReadMarkerDto(TypedDict):
    # The current position of the marker; it never moves back.
    messageId: int


class ReadinessDto(TypedDict):
    # What is unavailable: `database`, `redis`; `database disk` when that is full and only reads work; `media` when
    # files
    # cannot be stored, e.g. since the disk is full.
    away: List[str]
    # The same, and since when.
    details: List[AbsenceDto]
    # `ok`; `degraded` while something all nodes share is away, which this node does not mend by being restarted:
    # relays go on; `starting`, `draining` and `deaf` mean that other nodes should get the traffic. `deaf`: what
    # this node
    # publishes does not reach the others, or does not come back, while theirs does.
    status: ReadinessStatus


class RefreshRequest(TypedDict):
    # Valid once: the answer holds its successor, also for a repeated request within 10 seconds from the same
    # address.
    refreshToken: str


class RevocationDto(TypedDict):
    # When it was made.
    createdAt: str
    # Account that requested it, or made the machine key that did; `null`: the key was made on the command line.
    createdBy: Optional[int]
    # The revocation's id.
    id: int
    # For those who read it later.
    reason: Optional[str]
    # What kind of subject is revoked; that of a connection's credential where a connection was named.
    selector: RevocationSelector
    # The id it names; `null` for codes, which are secrets and not kept.
    subject: Optional[str]
    # When it ends by itself; `null` = when it is deleted.
    until: Optional[str]


class RevocationPage(TypedDict):
    # What is on this page.
    items: List[RevocationDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class RoomDto(TypedDict):
    # When it was made.
    createdAt: str
    # Whether messages are kept.
    durable: bool
    # Maximum number of messages kept; `null` = no limit.
    historyLimit: Optional[int]
    # Unique in the application.
    name: str
    # Days for which messages are kept; `null` = for ever.
    retentionDays: Optional[int]
    # When it was last changed.
    updatedAt: str


class RoomMessageDto(TypedDict):
    # Who sent it.
    identity: str
    # Any JSON value, as it was written.
    message: Any
    # Its position in the room.
    offset: int
    # When it was sent.
    timestamp: str


class RoomMessagePage(TypedDict):
    # What the offsets belong to.
    epoch: str
    # Ascending by offset.
    items: List[RoomMessageDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]
    # Offset of the newest message.
    offset: int


class RoomPage(TypedDict):
    # What is on this page.
    items: List[RoomDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class RoomPresenceDto(TypedDict):
    # Of all of them, also on other pages.
    count: int
    # What is on this page.
    items: List[PresentMemberDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class RotateMachineKeyRequest(TypedDict, total=False):
    # Seconds for which the old key stays valid beside the new one.
    overlapSeconds: int


class RotateTokenRequest(TypedDict):
    # Whose token.
    role: ServiceTokenRole


class RotatedTokenDto(TypedDict):
    # Whose token.
    role: ServiceTokenRole
    # Shown only once.
    token: str


class SendMessageRequest(TypedDict, total=False):
    # Chosen by the client; repeating it makes no second message.
    clientMessageId: str
    # Names of files that will be uploaded; the answer holds a media for each.
    files: List[str]
    # Required unless there are files.
    text: str


class _SenderDtoRequired(TypedDict):
    # Id of the account or device.
    id: int
    # Whether a socket of it is connected.
    isOnline: bool
    # Whether it is a person or a device.
    kind: SenderKind


class SenderDto(_SenderDtoRequired, total=False):
    # Of a person.
    email: str
    # Of a person.
    firstName: str
    # Of a person.
    lastName: str
    # Of a device.
    name: str
    # Of a device.
    username: str


class ServiceDto(TypedDict):
    # Whether several hosts may be connected.
    allowMultipleHosts: bool
    # Whether each host session gets a public code with which guests connect.
    allowPublicCode: bool
    # Letters of a public code.
    codeLength: int
    # Seconds for which a code admits new guests; `null` = as long as its session.
    codeTtlSeconds: Optional[int]
    # When it was made.
    createdAt: str
    # Guests that a session admits; `null` = any number.
    guestLimit: Optional[int]
    # Seconds for which a session waits for its host to come back.
    hostGraceSeconds: int
    # The service's id.
    id: int
    # Whether a host's message with a member `user` is sent to that user alone.
    targeting: bool
    # Unique.
    title: str
    # When it was last changed.
    updatedAt: str


class ServicePage(TypedDict):
    # What is on this page.
    items: List[ServiceDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class ServiceSessionDto(TypedDict):
    # Clients of the service.
    clients: int
    # `null` on a service without public codes, and for the role `viewer`.
    code: Optional[str]
    # Guests of this session.
    guests: int
    # User id of the host; `null` while the session waits for it to come back.
    host: Optional[str]
    # The session's id.
    id: str
    # When its host connected.
    startedAt: str


class ServiceSessionPage(TypedDict):
    # What is on this page.
    items: List[ServiceSessionDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class SettingDto(TypedDict):
    # The default, in words.
    default: str
    # What it does.
    description: str
    # The environment variable it is set by.
    name: str
    # Whether its value is never shown.
    secret: bool
    # Where the value comes from.
    source: SettingSource
    # As it would be set; masked for a secret that is set, `null` when not set.
    value: Optional[str]


class SettingGroupDto(TypedDict):
    # As in the documentation.
    name: str
    # In the order of the documentation.
    settings: List[SettingDto]


class SignInMethodsDto(TypedDict):
    # The identity provider; `null` when there is none.
    oidc: Optional[OidcMethodDto]
    # Whether passwords are accepted, even if only for some accounts.
    password: bool


class SilentNodeDto(TypedDict):
    # What it was called.
    id: str
    # Where it was reached.
    url: str


class StatsDto(TypedDict):
    # Ids of live nodes that did not answer in time; the numbers do not include theirs.
    missing: List[str]
    # Live nodes that the numbers cover.
    nodes: int
    # One item per protocol.
    protocols: List[ProtocolStatsDto]
    # Over all protocols.
    total: TrafficDto
    # What rates are taken over.
    windowSeconds: int


class TemporaryPasswordDto(TypedDict):
    # Shown once.
    temporaryPassword: str


class TicketDto(TypedDict):
    # Seconds within which it must be used.
    expiresIn: int
    # Valid once, for one socket or event stream.
    ticket: str


class TokenIssuerDto(TypedDict):
    # `alg` of its tokens.
    algorithm: TokenAlgorithm
    # When it was registered.
    createdAt: str
    # The issuer's id.
    id: int
    # `iss` of its tokens.
    issuer: str
    # Its public keys, if they were registered.
    jwks: Optional[Dict[str, Any]]
    # Where its keys are fetched from.
    jwksUrl: Optional[str]


class TokenIssuerPage(TypedDict):
    # What is on this page.
    items: List[TokenIssuerDto]
    # `cursor` of the next page; `null` on the last one.
    nextCursor: Optional[str]


class TokenPairDto(TypedDict):
    # JWT for `Authorization: Bearer` and for sockets.
    accessToken: str
    # Seconds until the access token expires.
    expiresIn: int
    # Using it a second time, after more than 10 seconds or from another address, ends the login.
    refreshToken: str


class TopDto(TypedDict):
    # By what it is compared.
    by: TopMeasure
    # At most ten, the busiest first.
    items: List[TopItemDto]
    # What is compared.
    kind: TopKind
    # Ids of live nodes that did not answer in time; the numbers do not include theirs.
    missing: List[str]
    # Live nodes that the numbers cover.
    nodes: int
    # Length of the window: half a minute to a minute, less on a node that has just started.
    windowSeconds: int


class TopItemDto(TypedDict):
    # Whose room it is; `null` for services.
    applicationId: Optional[int]
    # Messages handed to sockets within the window.
    deliveries: int
    # Of the room or service.
    id: int
    # Name of the room, title of the service.
    label: str
    # The same, per second.
    perSecond: float


class TrafficDto(TypedDict):
    # Payload bytes received.
    bytesIn: int
    # Bytes received per second.
    bytesInPerSecond: float
    # Bytes sent.
    bytesOut: int
    # Bytes sent per second.
    bytesOutPerSecond: float
    # Open sockets.
    connections: int
    # Messages received since the nodes started.
    messagesIn: int
    # Messages received per second.
    messagesInPerSecond: float
    # Messages sent since the nodes started.
    messagesOut: int
    # Messages sent per second.
    messagesOutPerSecond: float


class UpdateAccountRequest(TypedDict, total=False):
    # `null` removes it.
    birthday: Optional[str]
    # Disabling ends all logins of the account.
    disabled: bool
    # What the person is called by friends.
    firstName: str
    # Family name.
    lastName: str
    # What the account may do on the whole server. Machine keys that an admin made end with that role.
    role: Role


class UpdateApplicationRequest(TypedDict, total=False):
    # Unique.
    name: str


class UpdateCircleRequest(TypedDict, total=False):
    # What its members call it.
    name: str


class UpdateConversationRequest(TypedDict, total=False):
    # Whether the circle's devices may read and write.
    deviceAccess: bool
    # What its members call it.
    name: str


class UpdateDeviceRequest(TypedDict, total=False):
    # What the circle calls it.
    name: str


class UpdateProfileRequest(TypedDict, total=False):
    # `null` removes it.
    birthday: Optional[str]
    # What the person is called by friends.
    firstName: str
    # Family name.
    lastName: str


class UpdateRoomRequest(TypedDict, total=False):
    # Whether messages are kept, so that returning clients miss nothing.
    durable: bool
    # Maximum number of messages kept; `null` for no limit.
    historyLimit: Optional[int]
    # Unique in the application: letters, digits, `-` and `_`.
    name: str
    # Days for which messages are kept; `null` for ever.
    retentionDays: Optional[int]


class UpdateServiceRequest(TypedDict, total=False):
    # Whether several hosts may be connected; if not, a new one replaces the old one.
    allowMultipleHosts: bool
    # Whether each host session gets a public code with which guests connect.
    allowPublicCode: bool
    # Letters of a public code, all different. From 1,000 guests on use 6: four letters are few enough to be
    # guessed.
    codeLength: int
    # Seconds for which a code admits new guests; `null` for as long as its session.
    codeTtlSeconds: Optional[int]
    # Guests that a session admits; `null` for any number.
    guestLimit: Optional[int]
    # Seconds for which a session waits for its host to come back.
    hostGraceSeconds: int
    # Whether a host's message with a member `user` is sent to that user alone.
    targeting: bool
    # Unique; at most 32 characters.
    title: str


class UserDto(TypedDict):
    # A date; `null` when unknown.
    birthday: Optional[str]
    # When it was made.
    createdAt: str
    # A disabled account cannot sign in.
    disabled: bool
    # In lower case.
    email: str
    # What the person is called by friends.
    firstName: str
    # The account's id.
    id: int
    # Family name.
    lastName: str
    # What the account may do on the whole server.
    role: Role


class VersionsDto(TypedDict):
    # Of Node.js.
    node: str
    # Of this program.
    switchboard: str
