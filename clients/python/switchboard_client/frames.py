# Made from the AsyncAPI document by npm run client:generate. Do not edit.
from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

CirclesErrorEvent = str

# An id, as a number or as digits.
CirclesId = Union[int, str]

CirclesSuccessEvent = str

# What the sockets of an endpoint may do in its room.
RoomsPermissions = Literal['read', 'write', 'readwrite']

# Any object. The server sets `user` in those of clients and guests.
ServicesMessage = Dict[str, Any]

ServicesRelayed = Dict[str, Any]

# What a connection is to its service.
ServicesRole = Literal['host', 'client', 'guest']

SignalingAcceptEvent = str

SignalingAcceptedEvent = str

SignalingAddConnectionEvent = str

# Any JSON value; each text of at most 4,000 characters.
SignalingChat = Any

SignalingConnectionsEvent = str

SignalingDeclineEvent = str

SignalingDeclinedEvent = str

SignalingErrorEvent = str

SignalingExpiredReceiverEvent = str

SignalingExpiredSenderEvent = str

SignalingHandled = List[Any]

# Socket.IO id of a peer.
SignalingInviteEvent = str

SignalingReceiveInviteEvent = str

# Socket.IO id of a peer.
SignalingRemoveConnectionEvent = str

SignalingSetNameEvent = str


class CirclesAuthenticateEvent(TypedDict):
    # Access token of an account or a device.
    token: str


class CirclesCircleEvent1(TypedDict):
    # What happened.
    event: Literal['join', 'quit', 'connect', 'disconnect']
    # Whom it is about.
    user: str
    # Id of the circle.
    circle_id: int


class CirclesCircleEvent3(TypedDict):
    # What happened.
    event: Literal['update', 'delete']
    # Id of the circle.
    circle_id: int


class CirclesCircleEventDevice(TypedDict):
    event: Literal['device']
    # What happened.
    type: Literal['update', 'connect', 'disconnect']
    # Id of the device.
    device_id: int
    # Id of the circle.
    circle_id: int


CirclesCircleEventKick = TypedDict('CirclesCircleEventKick', {
    'event': 'Literal[\'kick\']',
    # Whom it is about.
    'user': 'str',
    # Who did it.
    'from': 'str',
    # Id of the circle.
    'circle_id': 'int',
})


class _CirclesContentRequired(TypedDict):
    # Id of the message.
    id: int
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    sent: str
    # Always null; the event `read` of a conversation says how far it is read.
    read: None
    # Its text.
    content: str
    # Number of its files.
    medias: int


class CirclesContent(_CirclesContentRequired, total=False):
    # Of a person's message.
    link_id: int
    # Of a device's message.
    device_id: int


class CirclesConversationEvent1(TypedDict):
    # What happened.
    event: Literal['update', 'invite', 'promoted', 'delete']
    # Id of the conversation.
    conversation_id: int


class CirclesConversationEventDevice(TypedDict):
    event: Literal['device']
    # What happened.
    type: Literal['add', 'remove']
    # Id of the conversation.
    conversation_id: int


CirclesConversationEventKick = TypedDict('CirclesConversationEventKick', {
    'event': 'Literal[\'kick\']',
    # Whom it is about.
    'user': 'str',
    # Who did it.
    'from': 'str',
    # Id of the conversation.
    'conversation_id': 'int',
})


class CirclesConversationEventQuit(TypedDict):
    event: Literal['quit']
    # Whom it is about.
    user: str
    # Id of the conversation.
    conversation_id: int


class CirclesConversationEventRead(TypedDict):
    event: Literal['read']
    # Whom it is about.
    user: str
    # Id of the conversation.
    conversation_id: int
    # Id of the message.
    message_id: int


class CirclesConversationEventRecovered(TypedDict):
    event: Literal['recovered']
    # Id of the conversation.
    conversation_id: int
    # Whether all messages since `after` follow.
    recovered: bool
    # Messages that follow.
    count: int


class CirclesCredentialsToldAnswer(TypedDict):
    ok: Literal[True]
    config: CirclesIceCredentials


class CirclesDeviceSender(TypedDict):
    # Id of the device.
    id: int
    # As people call it.
    name: str
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    created: str
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    updated: str
    # Id of the circle.
    circle_id: int
    # Always true.
    activated: bool
    # What it signs in with.
    username: str
    # Whether it is online.
    is_online: bool


class CirclesDoneAnswer(TypedDict):
    ok: Literal[True]
    # For people, in French.
    message: str


class CirclesFailedAnswer(TypedDict):
    ok: Literal[False]
    error: CirclesFault


class CirclesFault(TypedDict):
    # A problem code, as in REST.
    code: str
    # For people, in French; programs go by `code`.
    detail: str


class CirclesForwardEvent(TypedDict, total=False):
    # Email of an account.
    email: str
    user_id: CirclesId
    device_id: CirclesId


class CirclesForwardedSignal(TypedDict):
    # Id of the account or device it comes from.
    sender_id: int
    # Whether a device sent it.
    is_device: bool
    # The argument of `webrtc_forward`, as it was sent.
    content: Any


class CirclesIceCredentials(TypedDict):
    # `<Unix time of the end, seconds>:<id><True or False: a device>`
    username: str
    # Base64 of HMAC-SHA1(secret, username).
    password: str


class CirclesIceHost(TypedDict):
    # Name of the host.
    domain: str
    # Empty; the name is enough.
    ip: str
    # Its port.
    port: int


class CirclesIceServersToldAnswer(TypedDict):
    ok: Literal[True]
    # The STUN or TURN servers.
    config: List[CirclesIceHost]


class CirclesInviteEvent(TypedDict):
    event: Literal['invite']
    # Id of the circle.
    circle_id: int
    # Id of the invitation.
    circle_invite_id: int


class CirclesJoinCircleEvent(TypedDict):
    circle_id: CirclesId


class _CirclesJoinConversationEventRequired(TypedDict):
    conversation_id: CirclesId


class CirclesJoinConversationEvent(_CirclesJoinConversationEventRequired, total=False):
    # Id of the last message that the client has; 0 = none.
    after: Union[int, str]


class CirclesLeaveCircleEvent(TypedDict):
    circle_id: CirclesId


class CirclesLeaveConversationEvent(TypedDict):
    conversation_id: CirclesId


class CirclesMarkReadEvent(TypedDict):
    conversation_id: CirclesId
    message_id: CirclesId


class CirclesMedia(TypedDict):
    # Id of the file.
    id: int
    # Null until it is uploaded.
    filename: Optional[str]
    # Of the file name; null until it is uploaded.
    extension: Optional[str]
    # As its sender called it.
    identifier: str
    # Whether its content is stored.
    uploaded: Literal['True', 'False']


class CirclesMediaListEvent(TypedDict):
    # Its files.
    media_list: List[CirclesMedia]
    # Id of the message.
    message_id: int


class CirclesMessageChangedEvent(TypedDict):
    # Id of the conversation.
    conversation_id: int
    # Id of the message.
    message_id: int
    # What happened to it.
    event: Literal['update', 'delete']


class _CirclesMessageDoneEventRequired(TypedDict):
    # Id of the conversation.
    conversation_id: int
    message: CirclesContent
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    time: str
    sender: CirclesSender
    # Its files.
    media_list: List[CirclesMedia]
    status: Literal['done']


class CirclesMessageDoneEvent(_CirclesMessageDoneEventRequired, total=False):
    # As its author sent it; absent if there was none.
    client_message_id: str


class CirclesMessageMediaEvent(TypedDict):
    # Id of the conversation.
    conversation_id: int
    message: CirclesContent
    sender: CirclesSender
    media: CirclesMedia
    status: Literal['done']


class _CirclesMessagePendingEventRequired(TypedDict):
    # Id of the conversation.
    conversation_id: int
    message: CirclesContent
    status: Literal['pending']


class CirclesMessagePendingEvent(_CirclesMessagePendingEventRequired, total=False):
    # As its author sent it; absent if there was none.
    client_message_id: str


class CirclesNothingAnswer(TypedDict):
    ok: Literal[True]


class CirclesReadAnswer(TypedDict):
    ok: Literal[True]
    # The last message read.
    message_id: int


class _CirclesReceivedEventRequired(TypedDict):
    received: Literal[True]
    # Id of the message.
    message_id: int


class CirclesReceivedEvent(_CirclesReceivedEventRequired, total=False):
    # As its author sent it; absent if there was none.
    client_message_id: str


class _CirclesSendEventRequired(TypedDict):
    conversation_id: CirclesId


class CirclesSendEvent(_CirclesSendEventRequired, total=False):
    # What it says.
    text_message: str
    # Names of files that follow over REST.
    files: List[str]
    # Repeating it makes no second message.
    client_message_id: str


class _CirclesStoredAnswerRequired(TypedDict):
    ok: Literal[True]
    received: Literal[True]
    # Id given to the message.
    message_id: int


class CirclesStoredAnswer(_CirclesStoredAnswerRequired, total=False):
    # As it was sent; absent if there was none.
    client_message_id: str


class CirclesUserSender(TypedDict):
    # Id of the account.
    id: int
    # Its email.
    email: str
    # What the person is called by friends.
    first_name: str
    # Family name.
    last_name: str
    # Midnight of the day; null when unknown.
    birthday: Optional[str]
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    created: str
    # UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`.
    updated: str
    # Whether it is online.
    isOnline: bool
    # Whether it administers the server.
    type: Literal['ADMIN', 'DEFAULT']


class CirclesWriteEvent(TypedDict):
    conversation_id: CirclesId
    # Usually a boolean; passed on as it is.
    is_writing: Any


class CirclesWritingEvent1(TypedDict):
    # Id of the conversation.
    conversation_id: int
    device: Literal[False]
    # Whom it is about.
    user: str
    # Usually a boolean; passed on as it is.
    is_writing: Any


class CirclesWritingEvent2(TypedDict):
    # Id of the conversation.
    conversation_id: int
    device: Literal[True]
    # Usually a boolean; passed on as it is.
    is_writing: Any


class ConsoleCalls(TypedDict):
    type: Literal['calls']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # Calls that are new or have changed.
    items: List[Dict[str, Any]]


class ConsoleConnection(TypedDict):
    type: Literal['connection']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # As `GET /api/v1/connections/{id}` answers it.
    connection: Dict[str, Any]
    # What happened to it, oldest first.
    timeline: List[ConsoleTimelineEvent]


class ConsoleEnded(TypedDict):
    type: Literal['ended']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str


class ConsoleEntries(TypedDict):
    type: Literal['entries']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # In the order they were written.
    items: List[Dict[str, Any]]


class _ConsoleMessageRequired(TypedDict):
    type: Literal['message']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # Any JSON value, as its sender wrote it.
    message: Any
    # Name of the endpoint.
    identity: str
    # When the server received it.
    timestamp: str


class ConsoleMessage(_ConsoleMessageRequired, total=False):
    # Durable rooms: its offset.
    offset: int
    # Offsets of another epoch are meaningless.
    epoch: str


class ConsoleRefused(TypedDict):
    type: Literal['refused']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # A problem code, as in REST.
    code: str
    # For people; programs go by `code`.
    detail: str


class ConsoleSamples(TypedDict):
    type: Literal['samples']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # As `GET /api/v1/metrics/history` answers it.
    samples: Dict[str, Any]


class ConsoleSubscribe4(TypedDict):
    type: Literal['subscribe']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    # What to follow.
    topic: Literal['calls', 'audit']


class ConsoleSubscribeConnection(TypedDict):
    type: Literal['subscribe']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    topic: Literal['connection']
    # Its id.
    connection: str


class _ConsoleSubscribeOverviewRequired(TypedDict):
    type: Literal['subscribe']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    topic: Literal['overview']


class ConsoleSubscribeOverview(_ConsoleSubscribeOverviewRequired, total=False):
    # The end of the last sample that you have; absent = the last hour.
    after: str


class ConsoleSubscribeRoom(TypedDict):
    type: Literal['subscribe']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str
    topic: Literal['room']
    # The application's id.
    application: int
    # Its name.
    room: str


class ConsoleSubscribed(TypedDict):
    type: Literal['subscribed']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str


class ConsoleTimelineEvent(TypedDict):
    # When, by the clock of its node.
    at: str
    # `present`: where it already was when somebody began to look; `joined`, `left`: by comparison once a second;
    # `slowed`: it is read more slowly than it sends.
    what: Literal['connected', 'admitted', 'present', 'joined', 'left', 'refused', 'slowed', 'closed']
    # E.g. a room, a problem code, a close code.
    detail: Optional[str]


class ConsoleUnsubscribe(TypedDict):
    type: Literal['unsubscribe']
    # Of the subscription; the client chooses it, unique on its socket.
    id: str


class _OmikronCallFoundRequired(TypedDict):
    type: Literal['get_call']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronCallFoundData


class OmikronCallFound(_OmikronCallFoundRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronCallFoundData(TypedDict):
    # `DESTROYED`: it does not exist, or has another secret.
    call_state: Literal['ACTIVE', 'DESTROYED']


class _OmikronCallIdentifyRequired(TypedDict):
    # What it is about.
    type: Literal['identification']
    data: OmikronCallIdentifyData


class OmikronCallIdentify(_OmikronCallIdentifyRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronCallIdentifyDataRequired(TypedDict):
    # Of the call.
    call_id: str
    # Of the user of this client.
    user_id: str
    # 64 hexadecimal digits.
    private_key_hash: str


class OmikronCallIdentifyData(_OmikronCallIdentifyDataRequired, total=False):
    # A refusal is a message of the type `error_…` instead of the documented one.
    refusal: Literal['error']
    # Of the home server of this user.
    iota_id: str
    # 64 hexadecimal digits.
    call_secret_sha: str


class _OmikronCallInviteRequired(TypedDict):
    # What it is about.
    type: Literal['call_invite']
    data: OmikronCallInviteData


class OmikronCallInvite(_OmikronCallInviteRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronCallInviteDataRequired(TypedDict):
    # Of the call.
    call_id: str
    # Who is called.
    receiver_id: str


class OmikronCallInviteData(_OmikronCallInviteDataRequired, total=False):
    # For the receiver; usually encrypted.
    call_secret: str
    # 64 hexadecimal digits.
    call_secret_sha: str


class _OmikronCallInvitedRequired(TypedDict):
    type: Literal['call_invite']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    # Empty.
    data: Dict[str, Any]


class OmikronCallInvited(_OmikronCallInvitedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronCallJoinedRequired(TypedDict):
    type: Literal['identification_response']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronCallJoinedData


class OmikronCallJoined(_OmikronCallJoinedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronCallJoinedData(TypedDict):
    acceppted: Literal[True]
    accepted: Literal[True]
    # The state of each, by user id.
    user_ids: Dict[str, str]
    # The same, and who shows the screen.
    user_states: Dict[str, OmikronCallState]


class _OmikronCallPingRequired(TypedDict):
    # What it is about.
    type: Literal['ping']
    data: OmikronCallPingData


class OmikronCallPing(_OmikronCallPingRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronCallPingData(TypedDict):
    # Round trip in milliseconds.
    last_ping: Union[int, str]


class _OmikronCallPongRequired(TypedDict):
    type: Literal['pong']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    # Empty.
    data: Dict[str, Any]


class OmikronCallPong(_OmikronCallPongRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronCallRefusedRequired(TypedDict):
    type: Literal['identification_response']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronCallRefusedData


class OmikronCallRefused(_OmikronCallRefusedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronCallRefusedData(TypedDict):
    acceppted: Literal[False]
    accepted: Literal[False]
    # Empty.
    user_ids: Dict[str, Any]
    # Empty.
    user_states: Dict[str, Any]


class OmikronCallState(TypedDict):
    # `active`, `streaming`, `muted`, `deafed`, or any other that clients use.
    state: str
    # Whether the screen is shown.
    streaming: bool


class _OmikronCallerChangedRequired(TypedDict):
    # What it is about.
    type: Literal['client_changed']
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: str
    # The same again.
    sender: str
    data: OmikronCallerChangedData


class OmikronCallerChanged(_OmikronCallerChangedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronCallerChangedDataRequired(TypedDict):
    # The same again.
    sender_id: str
    # The same again.
    user_id: str


class OmikronCallerChangedData(_OmikronCallerChangedDataRequired, total=False):
    # `active`, `streaming`, `muted`, `deafed`, or any other that clients use.
    call_state: str
    # `online`, `user_offline`, `iota_offline`, or any other that clients use.
    user_state: str


class _OmikronCallerClosedRequired(TypedDict):
    type: Literal['client_closed']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronCallerClosedData


class OmikronCallerClosed(_OmikronCallerClosedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronCallerClosedData(TypedDict):
    # Who it was.
    user_id: str


class _OmikronCallerConnectedRequired(TypedDict):
    type: Literal['client_connected']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronCallerConnectedData


class OmikronCallerConnected(_OmikronCallerConnectedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronCallerConnectedData(TypedDict):
    # Who it is.
    user_id: str
    # `active`, `streaming`, `muted`, `deafed`, or any other that clients use.
    call_state: str
    # `online`, `user_offline`, `iota_offline`, or any other that clients use.
    user_state: str


class _OmikronClientConnectedRequired(TypedDict):
    type: Literal['client_connected']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronClientConnectedData


class OmikronClientConnected(_OmikronClientConnectedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronClientConnectedData(TypedDict):
    # Of the user.
    user_id: str


class _OmikronClientIdentifiedRequired(TypedDict):
    type: Literal['identification_response']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronClientIdentifiedData


class OmikronClientIdentified(_OmikronClientIdentifiedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronClientIdentifiedData(TypedDict):
    acceppted: Literal[True]
    accepted: Literal[True]


class _OmikronClientIdentifyRequired(TypedDict):
    # What it is about.
    type: Literal['identification']
    data: OmikronClientIdentifyData


class OmikronClientIdentify(_OmikronClientIdentifyRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronClientIdentifyDataRequired(TypedDict):
    # Of the user of this client.
    user_id: str
    # 64 hexadecimal digits.
    private_key_hash: str


class OmikronClientIdentifyData(_OmikronClientIdentifyDataRequired, total=False):
    # Of the home server of this user.
    iota_id: str
    # A refusal is a message of the type `error_…` instead of the documented one.
    refusal: Literal['error']


class _OmikronClientMessageRequired(TypedDict):
    # Any type that the Omikron does not handle itself.
    type: str


class OmikronClientMessage(_OmikronClientMessageRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: Any
    # Of the user for whom it is.
    receiver_id: Any
    # As it was sent; usually encrypted.
    data: Any


class _OmikronClientPingRequired(TypedDict):
    # What it is about.
    type: Literal['ping']
    data: OmikronClientPingData


class OmikronClientPing(_OmikronClientPingRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronClientPingData(TypedDict):
    # Round trip in milliseconds.
    last_ping: Union[int, str]


class _OmikronClientPongRequired(TypedDict):
    type: Literal['pong']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronClientPongData


class OmikronClientPong(_OmikronClientPongRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronClientPongData(TypedDict):
    # As the Iota reported it, usually in milliseconds.
    last_ping: int
    # The same as digits.
    ping_iota: str


class _OmikronClientRefusedRequired(TypedDict):
    type: Literal['identification_response']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronClientRefusedData


class OmikronClientRefused(_OmikronClientRefusedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronClientRefusedData(TypedDict):
    acceppted: Literal[False]
    accepted: Literal[False]


class _OmikronErrorRequired(TypedDict):
    # What is wrong.
    type: Literal['error', 'error_invalid_user_id', 'error_invalid_private_key', 'error_invalid_secret', 'error_no_iota', 'error_not_found']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    # Empty.
    data: Dict[str, Any]


class OmikronError(_OmikronErrorRequired, total=False):
    # Of the message, if it had one.
    id: Any


class _OmikronFromIotaRequired(TypedDict):
    # Any type that the Omikron does not handle itself.
    type: str


class OmikronFromIota(_OmikronFromIotaRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: Any
    # Of the user for whom it is.
    receiver_id: Any
    # As it was sent; usually encrypted.
    data: Any


class _OmikronFromUserRequired(TypedDict):
    # Any type that the Omikron does not handle itself.
    type: str


class OmikronFromUser(_OmikronFromUserRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: Any
    # Of the user for whom it is.
    receiver_id: Any
    # As it was sent; usually encrypted.
    data: Any


class _OmikronGetCallRequired(TypedDict):
    # What it is about.
    type: Literal['get_call']
    data: OmikronGetCallData


class OmikronGetCall(_OmikronGetCallRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronGetCallDataRequired(TypedDict):
    # Of the call.
    call_id: str


class OmikronGetCallData(_OmikronGetCallDataRequired, total=False):
    # 64 hexadecimal digits.
    call_secret_sha: str


class _OmikronGetStatesRequired(TypedDict):
    # What it is about.
    type: Literal['get_states']
    data: OmikronGetStatesData


class OmikronGetStates(_OmikronGetStatesRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronGetStatesData(TypedDict):
    # A list, or ids separated by commas.
    user_ids: Union[List[str], str]


class _OmikronIotaIdentifiedRequired(TypedDict):
    type: Literal['identification_response']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronIotaIdentifiedData


class OmikronIotaIdentified(_OmikronIotaIdentifiedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronIotaIdentifiedDataRequired(TypedDict):
    # Ids of the users it serves from now on.
    accepted_profiles: str
    # Spelled like this by the original.
    denid_profiles: str
    # How many were accepted.
    accepted: int


class OmikronIotaIdentifiedData(_OmikronIotaIdentifiedDataRequired, total=False):
    # The same again; not in very long answers.
    denied_profiles: str
    # The same again; not in very long answers.
    accepted_ids: str


class _OmikronIotaIdentifyRequired(TypedDict):
    # What it is about.
    type: Literal['identification']
    data: OmikronIotaIdentifyData


class OmikronIotaIdentify(_OmikronIotaIdentifyRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronIotaIdentifyData(TypedDict):
    # Of this Iota.
    iota_id: str
    # Separated by commas.
    user_ids: str


class _OmikronIotaMessageRequired(TypedDict):
    # Any type that the Omikron does not handle itself.
    type: str


class OmikronIotaMessage(_OmikronIotaMessageRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: Any
    # Of the user for whom it is.
    receiver_id: Any
    # As it was sent; usually encrypted.
    data: Any


class _OmikronIotaPingRequired(TypedDict):
    # What it is about.
    type: Literal['ping']
    data: OmikronIotaPingData


class OmikronIotaPing(_OmikronIotaPingRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronIotaPingData(TypedDict):
    # Round trip in milliseconds.
    last_ping: Union[int, str]


class _OmikronIotaPongRequired(TypedDict):
    type: Literal['pong']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronIotaPongData


class OmikronIotaPong(_OmikronIotaPongRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronIotaPongData(TypedDict):
    # As they reported it, usually in milliseconds; -1 is unknown.
    user_ping: Dict[str, int]
    # The same as digits.
    ping_clients: Dict[str, str]


class OmikronLog(TypedDict):
    """For people."""
    # What happened, in words.
    message: str
    # 2 important, 1 normal, 0 debug, -1 none.
    log_level: int


class _OmikronNewCallRequired(TypedDict):
    type: Literal['new_call']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronNewCallData


class OmikronNewCall(_OmikronNewCallRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronNewCallDataRequired(TypedDict):
    # Of the call.
    call_id: str
    # Who is called.
    receiver_id: str
    # Who calls.
    sender_id: str


class OmikronNewCallData(_OmikronNewCallDataRequired, total=False):
    # For the receiver; usually encrypted.
    call_secret: str


class _OmikronSetStateRequired(TypedDict):
    # What it is about.
    type: Literal['client_changed']
    data: OmikronSetStateData


class OmikronSetState(_OmikronSetStateRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronSetStateData(TypedDict):
    # Any text, such as `away`.
    user_state: str


class _OmikronSetStatesRequired(TypedDict):
    # What it is about.
    type: Literal['client_changed']
    data: OmikronSetStatesData


class OmikronSetStates(_OmikronSetStatesRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class OmikronSetStatesData(TypedDict, total=False):
    # `active`, `streaming`, `muted`, `deafed`, or any other that clients use.
    call_state: str
    # `online`, `user_offline`, `iota_offline`, or any other that clients use.
    user_state: str


class _OmikronSignalRequired(TypedDict):
    # What it is about.
    type: Literal['webrtc_sdp', 'webrtc_ice', 'watch_stream']
    data: OmikronSignalData


class OmikronSignal(_OmikronSignalRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronSignalDataRequired(TypedDict):
    # Of the user for whom it is.
    receiver_id: str


class OmikronSignalData(_OmikronSignalDataRequired, total=False):
    # Usually encrypted.
    payload: str


class _OmikronSignalledRequired(TypedDict):
    # What it is about.
    type: Literal['webrtc_sdp', 'webrtc_ice', 'watch_stream']
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: str
    # The same again.
    sender: str
    data: OmikronSignalledData


class OmikronSignalled(_OmikronSignalledRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class _OmikronSignalledDataRequired(TypedDict):
    # The same again.
    sender_id: str
    # Of the user for whom it is.
    receiver_id: str


class OmikronSignalledData(_OmikronSignalledDataRequired, total=False):
    # Usually encrypted.
    payload: str


class _OmikronStateChangedRequired(TypedDict):
    type: Literal['client_changed']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronStateChangedData


class OmikronStateChanged(_OmikronStateChangedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronStateChangedData(TypedDict):
    # Of the watched user.
    user_id: str
    # `online`, `user_offline`, `iota_offline`, or any other that clients use.
    user_state: str


class _OmikronStatesRequired(TypedDict):
    type: Literal['get_states']
    log: OmikronLog
    # The Omikron.
    sender_id: Literal['22222222-2222-2222-2222-222222222222']
    data: OmikronStatesData


class OmikronStates(_OmikronStatesRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronStatesData(TypedDict):
    # By user id.
    user_states: Dict[str, str]


class _OmikronStreamRequired(TypedDict):
    # What it is about.
    type: Literal['start_stream', 'end_stream']
    # Empty.
    data: Dict[str, Any]


class OmikronStream(_OmikronStreamRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any
    log: OmikronLog


class _OmikronStreamedRequired(TypedDict):
    # What it is about.
    type: Literal['start_stream', 'end_stream']
    # As it was sent.
    log: Any
    # Of the user who sends it.
    sender_id: str
    # The same again.
    sender: str
    data: OmikronStreamedData


class OmikronStreamed(_OmikronStreamedRequired, total=False):
    # Usually a UUID; the answer repeats it as it is.
    id: Any


class OmikronStreamedData(TypedDict):
    # The same again.
    sender_id: str
    # The same again.
    user_id: str


class _RoomsAckedRequired(TypedDict):
    # The `id` of the message.
    ack: str


class RoomsAcked(_RoomsAckedRequired, total=False):
    # Offset in a durable room; gap-free, from 1.
    offset: int
    # Offsets of another epoch are meaningless.
    epoch: str


class RoomsExpiring(TypedDict):
    event: Literal['expiring']
    # Until the token ends.
    seconds: int


class RoomsFault(TypedDict):
    # A problem code, as in REST.
    code: str
    # For people; programs go by `code`.
    detail: str


class RoomsJoined(TypedDict):
    event: Literal['join']
    # Name of the endpoint.
    identity: str


class RoomsLeft(TypedDict):
    event: Literal['leave']
    # Name of the endpoint.
    identity: str


class RoomsMember(TypedDict):
    # Name of the endpoint.
    identity: str
    permissions: RoomsPermissions
    # When its socket connected.
    connectedAt: str


class _RoomsMessageRequired(TypedDict):
    # Any JSON value, equal to what was sent at any precision.
    message: Any
    # Of the endpoint that sent it; the sender cannot set it.
    identity: str
    # When the server received it.
    timestamp: str


class RoomsMessage(_RoomsMessageRequired, total=False):
    # Offset in a durable room; gap-free, from 1.
    offset: int
    # Offsets of another epoch are meaningless.
    epoch: str


class RoomsPresent(TypedDict):
    event: Literal['present']
    # Sockets in the room, this one included.
    items: List[RoomsMember]


class _RoomsPublishRequired(TypedDict):
    # Any JSON value.
    message: Any


class RoomsPublish(_RoomsPublishRequired, total=False):
    # With `acks=1`: names the message in its answer. Repeated within ten minutes it makes no second one.
    id: str


class RoomsRecovered(TypedDict):
    # Whether every message after that offset follows.
    recovered: bool
    # Offset in a durable room; gap-free, from 1.
    offset: int
    # Offsets of another epoch are meaningless.
    epoch: str


class RoomsRefresh(TypedDict):
    # A JWT.
    refresh: str


class RoomsRefreshed(TypedDict):
    event: Literal['refreshed']


class RoomsRefused(TypedDict):
    error: RoomsFault
    # The `id` of the message; `null` if it is too long to be repeated.
    id: Any


class RoomsStreamExpiringFields(TypedDict):
    event: Literal['expiring']


class RoomsStreamMessageFields(TypedDict, total=False):
    # `<epoch>:<offset>` in durable rooms; browsers send it back as `Last-Event-ID`.
    id: str


class _RoomsStreamRecoveredFieldsRequired(TypedDict):
    event: Literal['recovered']


class RoomsStreamRecoveredFields(_RoomsStreamRecoveredFieldsRequired, total=False):
    # `<epoch>:<offset>` in durable rooms; browsers send it back as `Last-Event-ID`.
    id: str


class ServicesAuthorized(TypedDict):
    type: Literal['server_authorized']
    # The last word is the role: host, client or guest.
    message: str


class ServicesCode(TypedDict):
    type: Literal['server_code']
    # Guests log in with it.
    code: str


class ServicesConnect(TypedDict):
    type: Literal['server_connect']
    # For people; programs go by `type`.
    message: str


class ServicesDisconnect(TypedDict):
    type: Literal['server_disconnect']
    # For people; programs go by `type`.
    message: str


class ServicesError(TypedDict):
    type: Literal['server_error']
    # For people; programs go by `type`.
    message: str


class _ServicesJoinRequired(TypedDict):
    type: Literal['server_join']
    role: ServicesRole
    # Six hexadecimal digits, new for each connection.
    user: str


class ServicesJoin(_ServicesJoinRequired, total=False):
    # As given at the login; absent if none was given.
    name: str


class ServicesLeave(TypedDict):
    type: Literal['server_leave']
    role: ServicesRole
    # Six hexadecimal digits, new for each connection.
    user: str


class _ServicesLoginRequired(TypedDict):
    # Host token, client token (UUIDs) or public code.
    token: str


class ServicesLogin(_ServicesLoginRequired, total=False):
    # Shown in the `server_join` that the others get.
    name: str


class SignalingCreatePeerEvent(TypedDict):
    # Name of the room.
    room_id: str
    # All members, in the order in which they joined.
    peers: str


class SignalingIceConfiguration(TypedDict):
    # For `RTCPeerConnection`.
    iceServers: List[SignalingIceServer]
    # Seconds until the credentials end.
    expiresIn: int


class _SignalingIceServerRequired(TypedDict):
    # Of one STUN or TURN server.
    urls: List[str]


class SignalingIceServer(_SignalingIceServerRequired, total=False):
    # Of TURN.
    username: str
    # Of TURN.
    credential: str


class SignalingInvitation(TypedDict):
    # Socket.IO id of a peer.
    sender_sid: str
    # Socket.IO id of a peer.
    receiver_sid: str


class SignalingPeer(TypedDict):
    # Socket.IO id of a peer.
    sid: str
    # Empty until the peer sets it.
    name: str


class SignalingSender(TypedDict):
    # Socket.IO id of a peer.
    sender_sid: str


class _SignalingSignalRequired(TypedDict):
    # Socket.IO id of a peer.
    receiver_sid: str


class SignalingSignal(_SignalingSignalRequired, total=False):
    # If present and not the sid of the sender, the server corrects it.
    sender_sid: str

CirclesCircleEvent = Union[CirclesCircleEvent1, CirclesCircleEventKick, CirclesCircleEvent3, CirclesCircleEventDevice]

CirclesConversationEvent = Union[CirclesConversationEvent1, CirclesConversationEventKick, CirclesConversationEventQuit, CirclesConversationEventDevice, CirclesConversationEventRead, CirclesConversationEventRecovered]

# The STUN or TURN servers.
CirclesIceServersEvent = List[CirclesIceHost]

# Who wrote a message; null once the account is gone.
CirclesSender = Optional[Union[CirclesUserSender, CirclesDeviceSender]]

CirclesWritingEvent = Union[CirclesWritingEvent1, CirclesWritingEvent2]

ConsoleSubscribe = Union[ConsoleSubscribeOverview, ConsoleSubscribeConnection, ConsoleSubscribeRoom, ConsoleSubscribe4]
