// The clients of ../comeback.mjs, in a process of their own: readers of durable rooms that reconnect as good clients
// do, and writers that repeat what was not acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const ENTER_AT_ONCE = 64;
const SAY_MS = 200;
const SETTLE_MS = 30_000;

const readers = [];
const writers = [];
/** Failed attempts by their result: a status, or the error's code. */
const failures = {};
let urls = [];
let jitterMs = 0;

/** A connection that reconnects after a random time, to another address if there is one. */
class Client {
  socket;
  connects = 0;
  closes = 0;
  stopped = false;

  /** @param node where it connects first */
  constructor(node) {
    this.first = node;
  }

  nextNode() {
    if (this.node === undefined) return this.first;
    return urls.length === 1 ? 0 : (this.node + 1 + Math.floor(Math.random() * (urls.length - 1))) % urls.length;
  }

  connect() {
    return new Promise((resolve) => {
      const at = (this.node = this.nextNode());
      const socket = new WebSocket(`${urls[at]}/ws/endpoint/${this.code}/${this.query()}`, {
        perMessageDeflate: false,
        skipUTF8Validation: true,
      });
      this.socket = socket;
      let isOpen = false;
      socket.on('open', () => {
        isOpen = true;
        this.connects++;
        this.opened();
        resolve();
      });
      socket.on('message', (data) => this.received(JSON.parse(data.toString())));
      socket.on('error', (error) => {
        if (isOpen) return;
        const what = /response: (\d+)/.exec(error.message)?.[1] ?? error.code ?? error.message;
        failures[what] = (failures[what] ?? 0) + 1;
      });
      socket.on('close', () => {
        if (isOpen) this.closes++;
        this.closed();
        if (!this.stopped) setTimeout(() => void this.connect(), Math.random() * jitterMs);
      });
    });
  }
}

class Reader extends Client {
  last = 0;
  epoch = '';
  messages = [];
  gaps = 0;
  doubled = 0;
  notRecovered = 0;
  /** Offset up to which it must hear to be back; Infinity until the server has told it. */
  goal = 0;
  backAt = 0;

  constructor(room, code, node) {
    super(node);
    this.room = room;
    this.code = code;
  }

  query() {
    return `?after=${this.last}${this.epoch && `&epoch=${this.epoch}`}`;
  }

  opened() {
    // The first frame tells the room's position.
  }

  received({ recovered, offset, epoch, message }) {
    if (recovered !== undefined) {
      if (!recovered) this.notRecovered++;
      this.epoch = epoch;
      this.goal = offset;
    } else if (offset <= this.last) this.doubled++;
    else {
      if (offset !== this.last + 1) this.gaps++;
      this.last = offset;
      this.messages.push(message);
    }
    if (this.backAt === 0 && this.last >= this.goal) this.backAt = Date.now();
  }

  closed() {
    this.goal = Infinity;
    this.backAt = 0;
  }
}

class Writer extends Client {
  acked = new Map();
  next = 0;
  waiting = new Set();

  constructor(room, code, node) {
    super(node);
    this.room = room;
    this.code = code;
    this.timer = setInterval(() => this.speak(), SAY_MS);
  }

  query() {
    return '?acks=1';
  }

  speak() {
    const id = `${this.room}-${this.next++}`;
    this.waiting.add(id);
    this.say(id);
  }

  say(id) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ message: id, id }));
  }

  opened() {
    for (const id of this.waiting) this.say(id);
  }

  received({ ack, offset, id, error }) {
    if (ack !== undefined) {
      this.waiting.delete(ack);
      this.acked.set(ack, offset);
    } else if (error) setTimeout(() => this.say(id), SAY_MS);
  }

  closed() {
    // Waiting messages are sent again.
  }
}

async function enter(job) {
  ({ urls, jitterMs } = job);
  for (let n = 0; n < job.clients; n++) {
    const room = n % job.rooms.length;
    // The members of each room are spread over all nodes.
    readers.push(new Reader(room, job.rooms[room].reader, Math.floor(n / job.rooms.length) % urls.length));
  }
  for (let at = 0; at < readers.length; at += ENTER_AT_ONCE) {
    const some = readers.slice(at, at + ENTER_AT_ONCE);
    await Promise.all(some.map((reader) => reader.connect()));
  }
  for (const [room, { writer }] of job.rooms.entries()) {
    if (writer !== undefined) writers.push(new Writer(room, writer, room % urls.length));
  }
  await Promise.all(writers.map((writer) => writer.connect()));
  await until(() => readers.every(({ backAt }) => backAt > 0), SETTLE_MS);
  return {};
}

/** @returns when each client of the victim was back */
async function comeBack({ victim, patienceMs }) {
  const away = readers.filter(({ node }) => node === victim);
  await until(() => away.every(({ closes, backAt }) => closes > 0 && backAt > 0), patienceMs);
  const others = readers.filter((reader) => !away.includes(reader));
  return {
    away: away.length,
    times: away.filter(({ closes, backAt }) => closes > 0 && backAt > 0).map(({ backAt }) => backAt),
    othersDisturbed: others.filter(({ closes }) => closes > 0).length,
    failedAttempts: { ...failures },
  };
}

async function finish() {
  await sleep(1_000);
  for (const { timer } of writers) clearInterval(timer);
  await until(() => writers.every(({ waiting }) => waiting.size === 0), SETTLE_MS);
  return { acknowledged: writers.reduce((sum, { acked }) => sum + acked.size, 0) };
}

/** Compares what everybody has with what the rooms have stored. */
async function check({ histories }) {
  await until(() => readers.every(({ room, last }) => last === (histories[room]?.length ?? 0)), SETTLE_MS);
  let falselyAcknowledged = 0;
  for (const { room, acked } of writers) {
    for (const [id, offset] of acked) if (histories[room][offset - 1] !== id) falselyAcknowledged++;
  }
  const sum = (of) => readers.reduce((total, reader) => total + of(reader), 0);
  const kept = histories.reduce((total, messages) => total + messages.length, 0);
  const result = {
    kept,
    keptTwice: kept - histories.reduce((total, messages) => total + new Set(messages).size, 0),
    falselyAcknowledged,
    lost: sum(({ room, messages }) => Math.max(0, (histories[room]?.length ?? 0) - messages.length)),
    doubled: sum(({ doubled }) => doubled),
    gaps: sum(({ gaps }) => gaps),
    notRecovered: sum(({ notRecovered }) => notRecovered),
    different: sum(({ room, messages }) => Number(messages.some((message, n) => message !== histories[room]?.[n]))),
  };
  for (const client of [...readers, ...writers]) {
    client.stopped = true;
    client.socket.terminate();
  }
  return result;
}

async function until(condition, patienceMs) {
  const giveUp = Date.now() + patienceMs;
  while (!condition() && Date.now() < giveUp) await sleep(20);
}

const jobs = { enter, comeBack, finish, check };
process.on('message', (job) => {
  void jobs[job.do](job).then((result) => process.send(result));
});
process.once('disconnect', () => process.exit(0));
