// Made from the AsyncAPI document by npm run client:generate. Do not edit.

export type ServicesLogin = {
  /** Host token, client token (UUIDs) or public code. */
  readonly token: string;
  /** Shown in the `server_join` that the others get. */
  readonly name?: string;
};

/** Any object. The server sets `user` in those of clients and guests. */
export type ServicesMessage = Readonly<Record<string, unknown>>;

export type ServicesConnect = {
  readonly type: "server_connect";
  /** For people; programs go by `type`. */
  readonly message: string;
};

export type ServicesAuthorized = {
  readonly type: "server_authorized";
  /** The last word is the role: host, client or guest. */
  readonly message: string;
};

export type ServicesCode = {
  readonly type: "server_code";
  /** Guests log in with it. */
  readonly code: string;
};

/** What a connection is to its service. */
export type ServicesRole = "host" | "client" | "guest";

export type ServicesJoin = {
  readonly type: "server_join";
  readonly role: ServicesRole;
  /** Six hexadecimal digits, new for each connection. */
  readonly user: string;
  /** As given at the login; absent if none was given. */
  readonly name?: string;
};

export type ServicesLeave = {
  readonly type: "server_leave";
  readonly role: ServicesRole;
  /** Six hexadecimal digits, new for each connection. */
  readonly user: string;
};

export type ServicesDisconnect = {
  readonly type: "server_disconnect";
  /** For people; programs go by `type`. */
  readonly message: string;
};

export type ServicesError = {
  readonly type: "server_error";
  /** For people; programs go by `type`. */
  readonly message: string;
};

export type ServicesRelayed = Readonly<Record<string, unknown>>;

export type RoomsPublish = {
  /** Any JSON value. */
  readonly message: unknown;
  /** With `acks=1`: names the message in its answer. Repeated within ten minutes it makes no second one. */
  readonly id?: string;
};

export type RoomsRecovered = {
  /** Whether every message after that offset follows. */
  readonly recovered: boolean;
  /** Offset in a durable room; gap-free, from 1. */
  readonly offset: number;
  /** Offsets of another epoch are meaningless. */
  readonly epoch: string;
};

/** What the sockets of an endpoint may do in its room. */
export type RoomsPermissions = "read" | "write" | "readwrite";

export type RoomsMember = {
  /** Name of the endpoint. */
  readonly identity: string;
  readonly permissions: RoomsPermissions;
  /** When its socket connected. */
  readonly connectedAt: string;
};

export type RoomsPresent = {
  readonly event: "present";
  /** Sockets in the room, this one included. */
  readonly items: Array<RoomsMember>;
};

export type RoomsJoined = {
  readonly event: "join";
  /** Name of the endpoint. */
  readonly identity: string;
};

export type RoomsLeft = {
  readonly event: "leave";
  /** Name of the endpoint. */
  readonly identity: string;
};

export type RoomsAcked = {
  /** The `id` of the message. */
  readonly ack: string;
  /** Offset in a durable room; gap-free, from 1. */
  readonly offset?: number;
  /** Offsets of another epoch are meaningless. */
  readonly epoch?: string;
};

export type RoomsFault = {
  /** A problem code, as in REST. */
  readonly code: string;
  /** For people; programs go by `code`. */
  readonly detail: string;
};

export type RoomsRefused = {
  readonly error: RoomsFault;
  /** The `id` of the message; `null` if it is too long to be repeated. */
  readonly id: unknown;
};

export type RoomsMessage = {
  /** Any JSON value, equal to what was sent at any precision. */
  readonly message: unknown;
  /** Of the endpoint that sent it; the sender cannot set it. */
  readonly identity: string;
  /** When the server received it. */
  readonly timestamp: string;
  /** Offset in a durable room; gap-free, from 1. */
  readonly offset?: number;
  /** Offsets of another epoch are meaningless. */
  readonly epoch?: string;
};

export type RoomsStreamMessageFields = {
  /** `<epoch>:<offset>` in durable rooms; browsers send it back as `Last-Event-ID`. */
  readonly id?: string;
};

export type RoomsStreamRecoveredFields = {
  readonly event: "recovered";
  /** `<epoch>:<offset>` in durable rooms; browsers send it back as `Last-Event-ID`. */
  readonly id?: string;
};

export type RoomsRefresh = {
  /** A JWT. */
  readonly refresh: string;
};

export type RoomsExpiring = {
  readonly event: "expiring";
  /** Until the token ends. */
  readonly seconds: number;
};

export type RoomsRefreshed = {
  readonly event: "refreshed";
};

export type RoomsStreamExpiringFields = {
  readonly event: "expiring";
};

export type CirclesAuthenticateEvent = {
  /** Access token of an account or a device. */
  readonly token: string;
};

export type CirclesAuthenticate = readonly ["authenticate", CirclesAuthenticateEvent];

/** An id, as a number or as digits. */
export type CirclesId = number | string;

export type CirclesJoinConversationEvent = {
  readonly conversation_id: CirclesId;
  /** Id of the last message that the client has; 0 = none. */
  readonly after?: number | string;
};

export type CirclesJoinConversation = readonly ["join_conversation", CirclesJoinConversationEvent];

export type CirclesLeaveConversationEvent = {
  readonly conversation_id: CirclesId;
};

export type CirclesLeaveConversation = readonly ["leave_conversation", CirclesLeaveConversationEvent];

export type CirclesJoinCircleEvent = {
  readonly circle_id: CirclesId;
};

export type CirclesJoinCircle = readonly ["join_circle", CirclesJoinCircleEvent];

export type CirclesLeaveCircleEvent = {
  readonly circle_id: CirclesId;
};

export type CirclesLeaveCircle = readonly ["leave_circle", CirclesLeaveCircleEvent];

export type CirclesSendEvent = {
  readonly conversation_id: CirclesId;
  /** What it says. */
  readonly text_message?: string;
  /** Names of files that follow over REST. */
  readonly files?: Array<string>;
  /** Repeating it makes no second message. */
  readonly client_message_id?: string;
};

export type CirclesSend = readonly ["message", CirclesSendEvent];

export type CirclesWriteEvent = {
  readonly conversation_id: CirclesId;
  /** Usually a boolean; passed on as it is. */
  readonly is_writing: unknown;
};

export type CirclesWrite = readonly ["writing", CirclesWriteEvent];

export type CirclesMarkReadEvent = {
  readonly conversation_id: CirclesId;
  readonly message_id: CirclesId;
};

export type CirclesMarkRead = readonly ["read", CirclesMarkReadEvent];

export type CirclesAskStun = readonly ["webrtc_stun_info"];

export type CirclesAskTurn = readonly ["webrtc_turn_info"];

export type CirclesAskCredentials = readonly ["webrtc_credentials"];

export type CirclesForwardEvent = {
  /** Email of an account. */
  readonly email?: string;
  readonly user_id?: CirclesId;
  readonly device_id?: CirclesId;
} & Readonly<Record<string, unknown>>;

export type CirclesForward = readonly ["webrtc_forward", CirclesForwardEvent];

export type CirclesJoinRoom = readonly ["webrtc_join_room"];

export type CirclesLeaveRoom = readonly ["webrtc_leave_room"];

export type CirclesRoomForward = readonly ["webrtc_room_forward"];

export type CirclesSuccessEvent = string;

export type CirclesSuccess = readonly ["success", CirclesSuccessEvent];

export type CirclesReceivedEvent = {
  readonly received: true;
  /** Id of the message. */
  readonly message_id: number;
  /** As its author sent it; absent if there was none. */
  readonly client_message_id?: string;
};

export type CirclesReceived = readonly ["success", CirclesReceivedEvent];

export type CirclesErrorEvent = string;

export type CirclesError = readonly ["error", CirclesErrorEvent];

export type CirclesInviteEvent = {
  readonly event: "invite";
  /** Id of the circle. */
  readonly circle_id: number;
  /** Id of the invitation. */
  readonly circle_invite_id: number;
};

export type CirclesInvite = readonly ["circle_invite", CirclesInviteEvent];

export type CirclesCircleEvent = {
  /** What happened. */
  readonly event: "join" | "quit" | "connect" | "disconnect";
  /** Whom it is about. */
  readonly user: string;
  /** Id of the circle. */
  readonly circle_id: number;
} | {
  readonly event: "kick";
  /** Whom it is about. */
  readonly user: string;
  /** Who did it. */
  readonly from: string;
  /** Id of the circle. */
  readonly circle_id: number;
} | {
  /** What happened. */
  readonly event: "update" | "delete";
  /** Id of the circle. */
  readonly circle_id: number;
} | {
  readonly event: "device";
  /** What happened. */
  readonly type: "update" | "connect" | "disconnect";
  /** Id of the device. */
  readonly device_id: number;
  /** Id of the circle. */
  readonly circle_id: number;
};

export type CirclesCircle = readonly ["circle", CirclesCircleEvent];

export type CirclesConversationEvent = {
  /** What happened. */
  readonly event: "update" | "invite" | "promoted" | "delete";
  /** Id of the conversation. */
  readonly conversation_id: number;
} | {
  readonly event: "kick";
  /** Whom it is about. */
  readonly user: string;
  /** Who did it. */
  readonly from: string;
  /** Id of the conversation. */
  readonly conversation_id: number;
} | {
  readonly event: "quit";
  /** Whom it is about. */
  readonly user: string;
  /** Id of the conversation. */
  readonly conversation_id: number;
} | {
  readonly event: "device";
  /** What happened. */
  readonly type: "add" | "remove";
  /** Id of the conversation. */
  readonly conversation_id: number;
} | {
  readonly event: "read";
  /** Whom it is about. */
  readonly user: string;
  /** Id of the conversation. */
  readonly conversation_id: number;
  /** Id of the message. */
  readonly message_id: number;
} | {
  readonly event: "recovered";
  /** Id of the conversation. */
  readonly conversation_id: number;
  /** Whether all messages since `after` follow. */
  readonly recovered: boolean;
  /** Messages that follow. */
  readonly count: number;
};

export type CirclesConversation = readonly ["conversation", CirclesConversationEvent];

export type CirclesContent = {
  /** Id of the message. */
  readonly id: number;
  /** Of a person's message. */
  readonly link_id?: number;
  /** Of a device's message. */
  readonly device_id?: number;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly sent: string;
  /** Always null; the event `read` of a conversation says how far it is read. */
  readonly read: null;
  /** Its text. */
  readonly content: string;
  /** Number of its files. */
  readonly medias: number;
};

export type CirclesUserSender = {
  /** Id of the account. */
  readonly id: number;
  /** Its email. */
  readonly email: string;
  /** What the person is called by friends. */
  readonly first_name: string;
  /** Family name. */
  readonly last_name: string;
  /** Midnight of the day; null when unknown. */
  readonly birthday: string | null;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly created: string;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly updated: string;
  /** Whether it is online. */
  readonly isOnline: boolean;
  /** Whether it administers the server. */
  readonly type: "ADMIN" | "DEFAULT";
};

export type CirclesDeviceSender = {
  /** Id of the device. */
  readonly id: number;
  /** As people call it. */
  readonly name: string;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly created: string;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly updated: string;
  /** Id of the circle. */
  readonly circle_id: number;
  /** Always true. */
  readonly activated: boolean;
  /** What it signs in with. */
  readonly username: string;
  /** Whether it is online. */
  readonly is_online: boolean;
};

/** Who wrote a message; null once the account is gone. */
export type CirclesSender = CirclesUserSender | CirclesDeviceSender | null;

export type CirclesMedia = {
  /** Id of the file. */
  readonly id: number;
  /** Null until it is uploaded. */
  readonly filename: string | null;
  /** Of the file name; null until it is uploaded. */
  readonly extension: string | null;
  /** As its sender called it. */
  readonly identifier: string;
  /** Whether its content is stored. */
  readonly uploaded: "True" | "False";
};

export type CirclesMessageDoneEvent = {
  /** Id of the conversation. */
  readonly conversation_id: number;
  readonly message: CirclesContent;
  /** UTC without offset, ISO 8601, e.g. `2018-09-02T10:00:00.123000`. */
  readonly time: string;
  readonly sender: CirclesSender;
  /** Its files. */
  readonly media_list: Array<CirclesMedia>;
  readonly status: "done";
  /** As its author sent it; absent if there was none. */
  readonly client_message_id?: string;
};

export type CirclesMessageDone = readonly ["message", CirclesMessageDoneEvent];

export type CirclesMessagePendingEvent = {
  /** Id of the conversation. */
  readonly conversation_id: number;
  readonly message: CirclesContent;
  readonly status: "pending";
  /** As its author sent it; absent if there was none. */
  readonly client_message_id?: string;
};

export type CirclesMessagePending = readonly ["message", CirclesMessagePendingEvent];

export type CirclesMessageMediaEvent = {
  /** Id of the conversation. */
  readonly conversation_id: number;
  readonly message: CirclesContent;
  readonly sender: CirclesSender;
  readonly media: CirclesMedia;
  readonly status: "done";
};

export type CirclesMessageMedia = readonly ["message", CirclesMessageMediaEvent];

export type CirclesMessageChangedEvent = {
  /** Id of the conversation. */
  readonly conversation_id: number;
  /** Id of the message. */
  readonly message_id: number;
  /** What happened to it. */
  readonly event: "update" | "delete";
};

export type CirclesMessageChanged = readonly ["message", CirclesMessageChangedEvent];

export type CirclesMediaListEvent = {
  /** Its files. */
  readonly media_list: Array<CirclesMedia>;
  /** Id of the message. */
  readonly message_id: number;
};

export type CirclesMediaList = readonly ["media", CirclesMediaListEvent];

export type CirclesWritingEvent = {
  /** Id of the conversation. */
  readonly conversation_id: number;
  readonly device: false;
  /** Whom it is about. */
  readonly user: string;
  /** Usually a boolean; passed on as it is. */
  readonly is_writing: unknown;
} | {
  /** Id of the conversation. */
  readonly conversation_id: number;
  readonly device: true;
  /** Usually a boolean; passed on as it is. */
  readonly is_writing: unknown;
};

export type CirclesWriting = readonly ["writing", CirclesWritingEvent];

export type CirclesIceHost = {
  /** Name of the host. */
  readonly domain: string;
  /** Empty; the name is enough. */
  readonly ip: string;
  /** Its port. */
  readonly port: number;
};

/** The STUN or TURN servers. */
export type CirclesIceServersEvent = Array<CirclesIceHost>;

export type CirclesIceServers = readonly ["webrtc_config", CirclesIceServersEvent];

export type CirclesIceCredentials = {
  /** `<Unix time of the end, seconds>:<id><True or False: a device>` */
  readonly username: string;
  /** Base64 of HMAC-SHA1(secret, username). */
  readonly password: string;
};

export type CirclesCredentials = readonly ["webrtc_config", CirclesIceCredentials];

export type CirclesForwardedSignal = {
  /** Id of the account or device it comes from. */
  readonly sender_id: number;
  /** Whether a device sent it. */
  readonly is_device: boolean;
  /** The argument of `webrtc_forward`, as it was sent. */
  readonly content: unknown;
};

export type CirclesForwardedConfig = readonly ["webrtc_config", CirclesForwardedSignal];

export type CirclesForwarded = readonly ["webrtc_forward", CirclesForwardedSignal];

export type CirclesDoneAnswer = {
  readonly ok: true;
  /** For people, in French. */
  readonly message: string;
};

export type CirclesDone = readonly [CirclesDoneAnswer];

export type CirclesFault = {
  /** A problem code, as in REST. */
  readonly code: string;
  /** For people, in French; programs go by `code`. */
  readonly detail: string;
};

export type CirclesFailedAnswer = {
  readonly ok: false;
  readonly error: CirclesFault;
};

export type CirclesFailed = readonly [CirclesFailedAnswer];

export type CirclesStoredAnswer = {
  readonly ok: true;
  readonly received: true;
  /** Id given to the message. */
  readonly message_id: number;
  /** As it was sent; absent if there was none. */
  readonly client_message_id?: string;
};

export type CirclesStored = readonly [CirclesStoredAnswer];

export type CirclesReadAnswer = {
  readonly ok: true;
  /** The last message read. */
  readonly message_id: number;
};

export type CirclesRead = readonly [CirclesReadAnswer];

export type CirclesIceServersToldAnswer = {
  readonly ok: true;
  /** The STUN or TURN servers. */
  readonly config: Array<CirclesIceHost>;
};

export type CirclesIceServersTold = readonly [CirclesIceServersToldAnswer];

export type CirclesCredentialsToldAnswer = {
  readonly ok: true;
  readonly config: CirclesIceCredentials;
};

export type CirclesCredentialsTold = readonly [CirclesCredentialsToldAnswer];

export type CirclesNothingAnswer = {
  readonly ok: true;
};

export type CirclesNothing = readonly [CirclesNothingAnswer];

export type SignalingSetNameEvent = string;

export type SignalingSetName = readonly ["name", SignalingSetNameEvent];

export type SignalingAskConnections = readonly ["connections"];

/** Socket.IO id of a peer. */
export type SignalingInviteEvent = string;

export type SignalingInvite = readonly ["send-invitation", SignalingInviteEvent];

export type SignalingInvitation = {
  /** Socket.IO id of a peer. */
  readonly sender_sid: string;
  /** Socket.IO id of a peer. */
  readonly receiver_sid: string;
};

/** JSON text of `SignalingInvitation`. */
export type SignalingAcceptEvent = string;

export type SignalingAccept = readonly ["accept-invitation", SignalingAcceptEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingDeclineEvent = string;

export type SignalingDecline = readonly ["decline-invitation", SignalingDeclineEvent];

export type SignalingSignal = {
  /** Socket.IO id of a peer. */
  readonly receiver_sid: string;
  /** If present and not the sid of the sender, the server corrects it. */
  readonly sender_sid?: string;
} & Readonly<Record<string, unknown>>;

export type SignalingSendOffer = readonly ["offer", SignalingSignal];

export type SignalingSendAnswer = readonly ["answer", SignalingSignal];

export type SignalingSendCandidate = readonly ["candidate", SignalingSignal];

/** Any JSON value; each text of at most 4,000 characters. */
export type SignalingChat = unknown;

export type SignalingSendChat = readonly ["chat", SignalingChat];

export type SignalingToggleMic = readonly ["toggle-mic"];

export type SignalingToggleVideo = readonly ["toggle-video"];

export type SignalingLeaveRoom = readonly ["leave-room"];

export type SignalingLeaveAllRooms = readonly ["leave-all-rooms"];

export type SignalingAskIceServers = readonly ["ice-servers"];

export type SignalingPeer = {
  /** Socket.IO id of a peer. */
  readonly sid: string;
  /** Empty until the peer sets it. */
  readonly name: string;
};

/** JSON text of `Array<SignalingPeer>`. */
export type SignalingConnectionsEvent = string;

export type SignalingConnections = readonly ["connections", SignalingConnectionsEvent];

/** JSON text of `SignalingPeer`. */
export type SignalingAddConnectionEvent = string;

export type SignalingAddConnection = readonly ["add-connection", SignalingAddConnectionEvent];

/** Socket.IO id of a peer. */
export type SignalingRemoveConnectionEvent = string;

export type SignalingRemoveConnection = readonly ["remove-connection", SignalingRemoveConnectionEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingReceiveInviteEvent = string;

export type SignalingReceiveInvite = readonly ["receive-invite", SignalingReceiveInviteEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingExpiredReceiverEvent = string;

export type SignalingExpiredReceiver = readonly ["invite-expired-receiver", SignalingExpiredReceiverEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingExpiredSenderEvent = string;

export type SignalingExpiredSender = readonly ["invite-expired-sender", SignalingExpiredSenderEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingAcceptedEvent = string;

export type SignalingAccepted = readonly ["invite-accepted", SignalingAcceptedEvent];

/** JSON text of `SignalingInvitation`. */
export type SignalingDeclinedEvent = string;

export type SignalingDeclined = readonly ["invite-declined", SignalingDeclinedEvent];

export type SignalingBusy = readonly ["room-is-already-set"];

export type SignalingSender = {
  /** Socket.IO id of a peer. */
  readonly sender_sid: string;
};

export type SignalingRequested = readonly ["invitation-request", SignalingSender];

export type SignalingCreatePeerEvent = {
  /** Name of the room. */
  readonly room_id: string;
  /** All members, in the order in which they joined. JSON text of `Array<string>`. */
  readonly peers: string;
};

export type SignalingCreatePeer = readonly ["create-peer", SignalingCreatePeerEvent];

export type SignalingRemovePeer = readonly ["remove-peer-connection", SignalingSender];

export type SignalingMicToggled = readonly ["toggle-mic", SignalingSender];

export type SignalingVideoToggled = readonly ["toggle-video", SignalingSender];

export type SignalingChatted = readonly ["message", SignalingChat];

export type SignalingOffer = readonly ["offer", SignalingSignal];

export type SignalingAnswer = readonly ["answer", SignalingSignal];

export type SignalingCandidate = readonly ["candidate", SignalingSignal];

export type SignalingIceServer = {
  /** Of one STUN or TURN server. */
  readonly urls: Array<string>;
  /** Of TURN. */
  readonly username?: string;
  /** Of TURN. */
  readonly credential?: string;
};

export type SignalingIceConfiguration = {
  /** For `RTCPeerConnection`. */
  readonly iceServers: Array<SignalingIceServer>;
  /** Seconds until the credentials end. */
  readonly expiresIn: number;
};

export type SignalingIceServers = readonly ["ice-servers", SignalingIceConfiguration];

export type SignalingErrorEvent = string;

export type SignalingError = readonly ["error", SignalingErrorEvent];

export type SignalingHandled = Array<never>;

/** For people. */
export type OmikronLog = {
  /** What happened, in words. */
  readonly message: string;
  /** 2 important, 1 normal, 0 debug, -1 none. */
  readonly log_level: number;
};

export type OmikronIotaIdentify = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "identification";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of this Iota. */
    readonly iota_id: string;
    /** Separated by commas. */
    readonly user_ids: string;
  };
};

export type OmikronIotaPing = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "ping";
  readonly log?: OmikronLog;
  readonly data: {
    /** Round trip in milliseconds. */
    readonly last_ping: number | string;
  };
};

export type OmikronIotaMessage = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** Any type that the Omikron does not handle itself. */
  readonly type: string;
  /** As it was sent. */
  readonly log?: unknown;
  /** Of the user who sends it. */
  readonly sender_id?: unknown;
  /** Of the user for whom it is. */
  readonly receiver_id?: unknown;
  /** As it was sent; usually encrypted. */
  readonly data?: unknown;
} & Readonly<Record<string, unknown>>;

export type OmikronIotaIdentified = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "identification_response";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Ids of the users it serves from now on. */
    readonly accepted_profiles: string;
    /** Spelled like this by the original. */
    readonly denid_profiles: string;
    /** How many were accepted. */
    readonly accepted: number;
    /** The same again; not in very long answers. */
    readonly denied_profiles?: string;
    /** The same again; not in very long answers. */
    readonly accepted_ids?: string;
  };
};

export type OmikronIotaPong = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "pong";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** As they reported it, usually in milliseconds; -1 is unknown. */
    readonly user_ping: Readonly<Record<string, number>>;
    /** The same as digits. */
    readonly ping_clients: Readonly<Record<string, string>>;
  };
};

export type OmikronClientConnected = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "client_connected";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Of the user. */
    readonly user_id: string;
  };
};

export type OmikronError = {
  /** Of the message, if it had one. */
  readonly id?: unknown;
  /** What is wrong. */
  readonly type: "error" | "error_invalid_user_id" | "error_invalid_private_key" | "error_invalid_secret" | "error_no_iota" | "error_not_found";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  /** Empty. */
  readonly data: Readonly<Record<string, unknown>>;
};

export type OmikronFromUser = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** Any type that the Omikron does not handle itself. */
  readonly type: string;
  /** As it was sent. */
  readonly log?: unknown;
  /** Of the user who sends it. */
  readonly sender_id?: unknown;
  /** Of the user for whom it is. */
  readonly receiver_id?: unknown;
  /** As it was sent; usually encrypted. */
  readonly data?: unknown;
} & Readonly<Record<string, unknown>>;

export type OmikronClientIdentify = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "identification";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of the user of this client. */
    readonly user_id: string;
    /** 64 hexadecimal digits. */
    readonly private_key_hash: string;
    /** Of the home server of this user. */
    readonly iota_id?: string;
    /** A refusal is a message of the type `error_…` instead of the documented one. */
    readonly refusal?: "error";
  };
};

export type OmikronClientPing = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "ping";
  readonly log?: OmikronLog;
  readonly data: {
    /** Round trip in milliseconds. */
    readonly last_ping: number | string;
  };
};

export type OmikronSetState = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "client_changed";
  readonly log?: OmikronLog;
  readonly data: {
    /** Any text, such as `away`. */
    readonly user_state: string;
  };
};

export type OmikronGetStates = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "get_states";
  readonly log?: OmikronLog;
  readonly data: {
    /** A list, or ids separated by commas. */
    readonly user_ids: Array<string> | string;
  };
};

export type OmikronCallInvite = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "call_invite";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of the call. */
    readonly call_id: string;
    /** Who is called. */
    readonly receiver_id: string;
    /** For the receiver; usually encrypted. */
    readonly call_secret?: string;
    /** 64 hexadecimal digits. */
    readonly call_secret_sha?: string;
  };
};

export type OmikronGetCall = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "get_call";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of the call. */
    readonly call_id: string;
    /** 64 hexadecimal digits. */
    readonly call_secret_sha?: string;
  };
};

export type OmikronClientMessage = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** Any type that the Omikron does not handle itself. */
  readonly type: string;
  /** As it was sent. */
  readonly log?: unknown;
  /** Of the user who sends it. */
  readonly sender_id?: unknown;
  /** Of the user for whom it is. */
  readonly receiver_id?: unknown;
  /** As it was sent; usually encrypted. */
  readonly data?: unknown;
} & Readonly<Record<string, unknown>>;

export type OmikronClientIdentified = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "identification_response";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    readonly acceppted: true;
    readonly accepted: true;
  };
};

export type OmikronClientRefused = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "identification_response";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    readonly acceppted: false;
    readonly accepted: false;
  };
};

export type OmikronClientPong = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "pong";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** As the Iota reported it, usually in milliseconds. */
    readonly last_ping: number;
    /** The same as digits. */
    readonly ping_iota: string;
  };
};

export type OmikronStateChanged = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "client_changed";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Of the watched user. */
    readonly user_id: string;
    /** `online`, `user_offline`, `iota_offline`, or any other that clients use. */
    readonly user_state: string;
  };
};

export type OmikronStates = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "get_states";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** By user id. */
    readonly user_states: Readonly<Record<string, string>>;
  };
};

export type OmikronCallInvited = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "call_invite";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  /** Empty. */
  readonly data: Readonly<Record<string, unknown>>;
};

export type OmikronNewCall = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "new_call";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Of the call. */
    readonly call_id: string;
    /** Who is called. */
    readonly receiver_id: string;
    /** Who calls. */
    readonly sender_id: string;
    /** For the receiver; usually encrypted. */
    readonly call_secret?: string;
  };
};

export type OmikronCallFound = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "get_call";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** `DESTROYED`: it does not exist, or has another secret. */
    readonly call_state: "ACTIVE" | "DESTROYED";
  };
};

export type OmikronFromIota = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** Any type that the Omikron does not handle itself. */
  readonly type: string;
  /** As it was sent. */
  readonly log?: unknown;
  /** Of the user who sends it. */
  readonly sender_id?: unknown;
  /** Of the user for whom it is. */
  readonly receiver_id?: unknown;
  /** As it was sent; usually encrypted. */
  readonly data?: unknown;
} & Readonly<Record<string, unknown>>;

export type OmikronCallIdentify = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "identification";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of the call. */
    readonly call_id: string;
    /** Of the user of this client. */
    readonly user_id: string;
    /** 64 hexadecimal digits. */
    readonly private_key_hash: string;
    /** A refusal is a message of the type `error_…` instead of the documented one. */
    readonly refusal?: "error";
    /** Of the home server of this user. */
    readonly iota_id?: string;
    /** 64 hexadecimal digits. */
    readonly call_secret_sha?: string;
  };
};

export type OmikronCallPing = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "ping";
  readonly log?: OmikronLog;
  readonly data: {
    /** Round trip in milliseconds. */
    readonly last_ping: number | string;
  };
};

export type OmikronSetStates = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "client_changed";
  readonly log?: OmikronLog;
  readonly data: {
    /** `active`, `streaming`, `muted`, `deafed`, or any other that clients use. */
    readonly call_state?: string;
    /** `online`, `user_offline`, `iota_offline`, or any other that clients use. */
    readonly user_state?: string;
  };
};

export type OmikronSignal = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "webrtc_sdp" | "webrtc_ice" | "watch_stream";
  readonly log?: OmikronLog;
  readonly data: {
    /** Of the user for whom it is. */
    readonly receiver_id: string;
    /** Usually encrypted. */
    readonly payload?: string;
  } & Readonly<Record<string, unknown>>;
};

export type OmikronStream = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "start_stream" | "end_stream";
  readonly log?: OmikronLog;
  /** Empty. */
  readonly data: Readonly<Record<string, unknown>>;
};

export type OmikronCallState = {
  /** `active`, `streaming`, `muted`, `deafed`, or any other that clients use. */
  readonly state: string;
  /** Whether the screen is shown. */
  readonly streaming: boolean;
};

export type OmikronCallJoined = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "identification_response";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    readonly acceppted: true;
    readonly accepted: true;
    /** The state of each, by user id. */
    readonly user_ids: Readonly<Record<string, string>>;
    /** The same, and who shows the screen. */
    readonly user_states: Readonly<Record<string, OmikronCallState>>;
  };
};

export type OmikronCallRefused = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "identification_response";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    readonly acceppted: false;
    readonly accepted: false;
    /** Empty. */
    readonly user_ids: Readonly<Record<string, unknown>>;
    /** Empty. */
    readonly user_states: Readonly<Record<string, unknown>>;
  };
};

export type OmikronCallPong = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "pong";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  /** Empty. */
  readonly data: Readonly<Record<string, unknown>>;
};

export type OmikronCallerConnected = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "client_connected";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Who it is. */
    readonly user_id: string;
    /** `active`, `streaming`, `muted`, `deafed`, or any other that clients use. */
    readonly call_state: string;
    /** `online`, `user_offline`, `iota_offline`, or any other that clients use. */
    readonly user_state: string;
  };
};

export type OmikronCallerClosed = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  readonly type: "client_closed";
  readonly log: OmikronLog;
  /** The Omikron. */
  readonly sender_id: "22222222-2222-2222-2222-222222222222";
  readonly data: {
    /** Who it was. */
    readonly user_id: string;
  };
};

export type OmikronCallerChanged = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "client_changed";
  /** As it was sent. */
  readonly log: unknown;
  /** Of the user who sends it. */
  readonly sender_id: string;
  /** The same again. */
  readonly sender: string;
  readonly data: {
    /** The same again. */
    readonly sender_id: string;
    /** The same again. */
    readonly user_id: string;
    /** `active`, `streaming`, `muted`, `deafed`, or any other that clients use. */
    readonly call_state?: string;
    /** `online`, `user_offline`, `iota_offline`, or any other that clients use. */
    readonly user_state?: string;
  } & Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

export type OmikronSignalled = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "webrtc_sdp" | "webrtc_ice" | "watch_stream";
  /** As it was sent. */
  readonly log: unknown;
  /** Of the user who sends it. */
  readonly sender_id: string;
  /** The same again. */
  readonly sender: string;
  readonly data: {
    /** The same again. */
    readonly sender_id: string;
    /** Of the user for whom it is. */
    readonly receiver_id: string;
    /** Usually encrypted. */
    readonly payload?: string;
  } & Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

export type OmikronStreamed = {
  /** Usually a UUID; the answer repeats it as it is. */
  readonly id?: unknown;
  /** What it is about. */
  readonly type: "start_stream" | "end_stream";
  /** As it was sent. */
  readonly log: unknown;
  /** Of the user who sends it. */
  readonly sender_id: string;
  /** The same again. */
  readonly sender: string;
  readonly data: {
    /** The same again. */
    readonly sender_id: string;
    /** The same again. */
    readonly user_id: string;
  } & Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

export type ConsoleSubscribe = {
  readonly type: "subscribe";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  readonly topic: "overview";
  /** The end of the last sample that you have; absent = the last hour. */
  readonly after?: string;
} | {
  readonly type: "subscribe";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  readonly topic: "connection";
  /** Its id. */
  readonly connection: string;
} | {
  readonly type: "subscribe";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  readonly topic: "room";
  /** The application's id. */
  readonly application: number;
  /** Its name. */
  readonly room: string;
} | {
  readonly type: "subscribe";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** What to follow. */
  readonly topic: "calls" | "audit";
};

export type ConsoleUnsubscribe = {
  readonly type: "unsubscribe";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
};

export type ConsoleSubscribed = {
  readonly type: "subscribed";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
};

export type ConsoleRefused = {
  readonly type: "refused";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** A problem code, as in REST. */
  readonly code: string;
  /** For people; programs go by `code`. */
  readonly detail: string;
};

export type ConsoleEnded = {
  readonly type: "ended";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
};

export type ConsoleSamples = {
  readonly type: "samples";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** As `GET /api/v1/metrics/history` answers it. */
  readonly samples: Readonly<Record<string, unknown>>;
};

export type ConsoleTimelineEvent = {
  /** When, by the clock of its node. */
  readonly at: string;
  /** `present`: where it already was when somebody began to look; `joined`, `left`: by comparison once a second; `slowed`: it is read more slowly than it sends. */
  readonly what: "connected" | "admitted" | "present" | "joined" | "left" | "refused" | "slowed" | "closed";
  /** E.g. a room, a problem code, a close code. */
  readonly detail: string | null;
};

export type ConsoleConnection = {
  readonly type: "connection";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** As `GET /api/v1/connections/{id}` answers it. */
  readonly connection: Readonly<Record<string, unknown>>;
  /** What happened to it, oldest first. */
  readonly timeline: Array<ConsoleTimelineEvent>;
};

export type ConsoleMessage = {
  readonly type: "message";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** Any JSON value, as its sender wrote it. */
  readonly message: unknown;
  /** Name of the endpoint. */
  readonly identity: string;
  /** When the server received it. */
  readonly timestamp: string;
  /** Durable rooms: its offset. */
  readonly offset?: number;
  /** Offsets of another epoch are meaningless. */
  readonly epoch?: string;
};

export type ConsoleCalls = {
  readonly type: "calls";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** Calls that are new or have changed. */
  readonly items: Array<Readonly<Record<string, unknown>>>;
};

export type ConsoleEntries = {
  readonly type: "entries";
  /** Of the subscription; the client chooses it, unique on its socket. */
  readonly id: string;
  /** In the order they were written. */
  readonly items: Array<Readonly<Record<string, unknown>>>;
};

export type ServicesToServer = ServicesLogin | ServicesMessage;

export type ServicesToClient = ServicesConnect | ServicesAuthorized | ServicesCode | ServicesJoin | ServicesLeave | ServicesDisconnect | ServicesError | ServicesRelayed;

export type RoomsToServer = RoomsPublish;

export type RoomsToClient = RoomsRecovered | RoomsPresent | RoomsJoined | RoomsLeft | RoomsAcked | RoomsRefused | RoomsMessage;

export type StreamsToClient = RoomsMessage | RoomsRecovered;

export type NamedRoomsToServer = RoomsPublish | RoomsRefresh;

export type NamedRoomsToClient = RoomsRecovered | RoomsPresent | RoomsJoined | RoomsLeft | RoomsAcked | RoomsRefused | RoomsMessage | RoomsExpiring | RoomsRefreshed;

export type NamedStreamsToClient = RoomsMessage | RoomsRecovered | RoomsExpiring;

export type CirclesToServer = CirclesAuthenticate | CirclesJoinConversation | CirclesLeaveConversation | CirclesJoinCircle | CirclesLeaveCircle | CirclesSend | CirclesWrite | CirclesMarkRead | CirclesAskStun | CirclesAskTurn | CirclesAskCredentials | CirclesForward | CirclesJoinRoom | CirclesLeaveRoom | CirclesRoomForward;

export type CirclesToClient = CirclesSuccess | CirclesReceived | CirclesError | CirclesInvite | CirclesCircle | CirclesConversation | CirclesMessageDone | CirclesMessagePending | CirclesMessageMedia | CirclesMessageChanged | CirclesMediaList | CirclesWriting | CirclesIceServers | CirclesCredentials | CirclesForwardedConfig | CirclesForwarded;

export type SignalingToServer = SignalingSetName | SignalingAskConnections | SignalingInvite | SignalingAccept | SignalingDecline | SignalingSendOffer | SignalingSendAnswer | SignalingSendCandidate | SignalingSendChat | SignalingToggleMic | SignalingToggleVideo | SignalingLeaveRoom | SignalingLeaveAllRooms | SignalingAskIceServers;

export type SignalingToClient = SignalingConnections | SignalingAddConnection | SignalingRemoveConnection | SignalingReceiveInvite | SignalingExpiredReceiver | SignalingExpiredSender | SignalingAccepted | SignalingDeclined | SignalingBusy | SignalingRequested | SignalingCreatePeer | SignalingRemovePeer | SignalingMicToggled | SignalingVideoToggled | SignalingChatted | SignalingOffer | SignalingAnswer | SignalingCandidate | SignalingIceServers | SignalingError;

export type IotaToServer = OmikronIotaIdentify | OmikronIotaPing | OmikronIotaMessage;

export type IotaToClient = OmikronIotaIdentified | OmikronIotaPong | OmikronClientConnected | OmikronError | OmikronFromUser;

export type ClientToServer = OmikronClientIdentify | OmikronClientPing | OmikronSetState | OmikronGetStates | OmikronCallInvite | OmikronGetCall | OmikronClientMessage;

export type ClientToClient = OmikronClientIdentified | OmikronClientRefused | OmikronClientPong | OmikronStateChanged | OmikronStates | OmikronCallInvited | OmikronNewCall | OmikronCallFound | OmikronError | OmikronFromIota;

export type CallToServer = OmikronCallIdentify | OmikronCallPing | OmikronSetStates | OmikronSignal | OmikronStream;

export type CallToClient = OmikronCallJoined | OmikronCallRefused | OmikronCallPong | OmikronCallerConnected | OmikronCallerClosed | OmikronError | OmikronCallerChanged | OmikronSignalled | OmikronStreamed;

export type ConsoleToServer = ConsoleSubscribe | ConsoleUnsubscribe;

export type ConsoleToClient = ConsoleSubscribed | ConsoleRefused | ConsoleEnded | ConsoleSamples | ConsoleConnection | ConsoleMessage | ConsoleCalls | ConsoleEntries;
