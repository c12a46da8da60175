import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const PATIENCE_MS = 20_000;

/**
 * Plays the raw frames of a documentation page against a server:
 *
 *     host connects to /ws/
 *     host ← {"type":"server_code","code":"<code>"}
 *     host → {"token":"<host token>"}
 *     host closes
 *     guest is closed with 4000
 *     iota connects to /ws/iota/ with <subprotocol>, <another>
 *
 * A `<name>` has one value throughout: the one in `known`, or what the server sent where it first occurs. `…` matches
 * anything. Rejects at the first line that does not hold.
 */
export async function play(transcript: string, server: string, known: Record<string, string>): Promise<void> {
  const values = new Map(Object.entries(known));
  const sockets = new Map<string, RawSocket>();
  try {
    for (const line of transcript.split('\n').filter(Boolean)) await playLine(line, server, sockets, values);
  } finally {
    for (const socket of sockets.values()) socket.close();
  }
}

async function playLine(
  line: string,
  server: string,
  sockets: Map<string, RawSocket>,
  values: Map<string, string>,
): Promise<void> {
  const [, who = '', verb = '', rest = ''] = /^(\w+) +(connects to|→|←|closes|is closed with) ?(.*)$/.exec(line) ?? [];
  const filled = rest.replace(/<([\w ]+)>/g, (whole, name: string) => values.get(name) ?? whole);
  if (verb === 'connects to') {
    const [path = '', protocols] = filled.split(' with ');
    sockets.set(who, await RawSocket.open(server + path, protocols?.split(', ')));
    return;
  }
  const socket = sockets.get(who);
  if (socket === undefined) throw new Error(`cannot be played: ${line}`);
  if (verb === '→') socket.send(filled);
  else if (verb === '←') learn(filled, await socket.next(line), values);
  else if (verb === 'closes') socket.close();
  else if ((await socket.code(line)) !== Number(filled)) throw new Error(`is not so: ${line}`);
}

/** Checks the frame against the line, and remembers the values of its placeholders. */
function learn(expected: string, frame: string, values: Map<string, string>): void {
  const names: string[] = [];
  const pattern = expected.split(/(<[\w ]+>|…)/).map((part) => {
    if (part === '…') return '[^]*';
    if (!/^<.*>$/.test(part)) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    names.push(part.slice(1, -1));
    return '([^"]+)';
  });
  const found = new RegExp(`^${pattern.join('')}$`).exec(frame);
  if (found === null) throw new Error(`expected ${expected}, but got ${frame}`);
  for (const [index, name] of names.entries()) values.set(name, found[index + 1] ?? '');
}

/** Sends and receives frames without interpreting them. */
class RawSocket {
  private readonly frames: string[] = [];
  private closedWith: number | undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.frames.push(data.toString()));
    socket.on('close', (code) => (this.closedWith = code));
    socket.on('error', () => undefined);
  }

  static async open(url: string, protocols: string[] = []): Promise<RawSocket> {
    const socket = new RawSocket(new WebSocket(url, protocols));
    await once(socket.socket, 'open');
    return socket;
  }

  send(frame: string): void {
    this.socket.send(frame);
  }

  close(): void {
    this.socket.close();
  }

  next(line: string): Promise<string> {
    return this.wait(line, () => this.frames.shift());
  }

  code(line: string): Promise<number> {
    return this.wait(line, () => this.closedWith);
  }

  private async wait<T>(line: string, look: () => T | undefined): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      const found = look();
      if (found !== undefined) return found;
      await sleep(5);
    }
    throw new Error(`did not happen: ${line}`);
  }
}
