// The clients under test: `isBack`, `say(n)`, the numbers they `heard` and those of theirs that `arrived`, `close`.
import { RoomEndpoint } from '@switchboard/client';
import { CirclesSocket } from '@switchboard/client/circles';
import { io } from 'socket.io-client';

function client(name, arrived, rest) {
  return { name, heard: [], arrived, recoveries: { true: 0, false: 0 }, told: { toldUnsure: 0 }, ...rest };
}

export function roomEndpoint(url, code, arrived) {
  const room = new RoomEndpoint({ url, code });
  let isBack = false;
  const self = client('RoomEndpoint', arrived, {
    isBack: () => isBack,
    say: (up) => room.send({ up }).catch(() => self.told.toldUnsure++),
    close: () => room.close(),
  });
  room.on('open', () => (isBack = true));
  room.on('reconnecting', () => (isBack = false));
  room.on('recovered', ({ recovered }) => self.recoveries[recovered]++);
  room.on('message', ({ message: { down } }) => down !== undefined && self.heard.push(down));
  return self;
}

/** Socket.IO's client with its own server. */
export function socketIo(name, url, arrived, options) {
  const socket = io(url, { transports: ['websocket'], forceNew: true, ...options });
  const self = client(name, arrived, {
    isBack: () => socket.connected,
    say: (up) => socket.emit('up', up, ...acked),
    close: () => socket.close(),
  });
  const acked = options.retries === undefined ? [] : [(error) => error && self.told.toldUnsure++];
  let first = true;
  socket.on('connect', () => {
    if (!first) self.recoveries[socket.recovered === true]++;
    first = false;
  });
  socket.on('down', (down) => self.heard.push(down));
  return self;
}

/** The text of a message in a conversation: `<who>:<number>`. */
export const textOf = (who, number) => `${who}:${number}`;
export function numberOf(who, { message: { content } = {} }) {
  return content?.startsWith(`${who}:`) ? Number(content.slice(who.length + 1)) : undefined;
}

export function circlesSocket(url, token, conversation, arrived) {
  const socket = new CirclesSocket({ url, token });
  let isBack = false;
  const self = client('CirclesSocket', arrived, {
    isBack: () => isBack,
    say: (up) => socket.send(conversation, { text: textOf('class', up) }).catch(() => self.told.toldUnsure++),
    close: () => socket.close(),
  });
  void socket.joinConversation(conversation, 0);
  socket.on('open', () => (isBack = true));
  socket.on('reconnecting', () => (isBack = false));
  socket.on('recovered', ({ recovered }) => self.recoveries[recovered]++);
  socket.on('message', (frame) => {
    const down = numberOf('down', frame);
    if (down !== undefined) self.heard.push(down);
  });
  return self;
}

/** Socket.IO's client with this server: rejoins by its own code, `after` the last message it has. */
export function socketIoInCircles(url, token, conversation, arrived) {
  const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { token } });
  const self = client('Socket.IO here, after', arrived, {
    isBack: () => socket.connected,
    say: (up) => socket.emit('message', { conversation_id: conversation, text_message: textOf('plain', up) }),
    close: () => socket.close(),
  });
  let after = 0;
  socket.on('connect', () => socket.emit('join_conversation', { conversation_id: conversation, after }));
  socket.on('conversation', ({ event, recovered }) => event === 'recovered' && self.recoveries[recovered]++);
  socket.on('message', (frame) => {
    after = Math.max(after, frame.message?.id ?? 0);
    const down = numberOf('down', frame);
    if (down !== undefined) self.heard.push(down);
  });
  return self;
}
