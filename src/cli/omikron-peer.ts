import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const USAGE = `Acts as an Iota (home server), a client or a caller: shows what it receives and sends what you type.

  npm run omikron:peer -- iota   --iota <id> [--users <id>,<id>] [--token <token>] [--echo]
  npm run omikron:peer -- client --user <id> (--hash <64 hex> | --key-file <file>) [--iota <id>]
  npm run omikron:peer -- call   --call <id> --user <id> (--hash … | --key-file …) [--secret <text>]

  --url <url>     server, default ws://localhost:3000
  --echo          return the data of every relayed message to its sender (Iota only)
  --ping <s>      seconds between pings, default 10; 0 for none

A line of standard input that begins with { is sent as it is. Any other line is a type, optionally followed by a space
and data in JSON:   get_chats {"k":1}   An Iota puts the receiver first:   @<user id> get_chats {"k":1}
Ends at the end of its input, or when the server closes. Exit code 0 if you ended it, 1 if the server did.
`;

const KINDS = ['iota', 'client', 'call'] as const;
type Kind = (typeof KINDS)[number];

const sha256 = (value: string | Buffer): string => createHash('sha256').update(value).digest('hex');

/** A mistake of the person who typed the command. */
class UsageError extends Error {}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'ws://localhost:3000' },
      iota: { type: 'string' },
      users: { type: 'string', default: '' },
      token: { type: 'string' },
      user: { type: 'string' },
      hash: { type: 'string' },
      'key-file': { type: 'string' },
      call: { type: 'string' },
      secret: { type: 'string' },
      echo: { type: 'boolean', default: false },
      ping: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, kind: positionals[0] as Kind | undefined };
}

type Options = ReturnType<typeof readOptions>;

function need(options: Options, name: 'iota' | 'user' | 'call'): string {
  const value = options[name];
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}

async function keyHash(options: Options): Promise<string> {
  if (options.hash !== undefined) return options.hash;
  const file = options['key-file'];
  if (file === undefined) throw new UsageError('--hash or --key-file is missing');
  return sha256(await readFile(file));
}

/** The peer's first message. */
async function identification(kind: Kind, options: Options): Promise<object> {
  if (kind === 'iota') return { iota_id: need(options, 'iota'), user_ids: options.users };
  const client = { user_id: need(options, 'user'), private_key_hash: await keyHash(options) };
  if (kind === 'client') return { ...client, ...(options.iota !== undefined && { iota_id: options.iota }) };
  const secret = options.secret === undefined ? {} : { call_secret_sha: sha256(options.secret) };
  return { ...client, ...secret, call_id: need(options, 'call') };
}

const envelope = (type: string, data: unknown, more: object = {}): string =>
  JSON.stringify({
    id: crypto.randomUUID(),
    type,
    log: { message: `${type} from a test peer`, log_level: 0 },
    ...more,
    data,
  });

/** The frame that a typed line stands for. */
function frameOf(line: string): string {
  if (line.startsWith('{')) return line;
  const [, receiver, type = '', data = ''] = /^(?:@(\S+)\s+)?(\S+)\s*(.*)$/.exec(line) ?? [];
  const value: unknown = data === '' ? {} : JSON.parse(data);
  return envelope(type, value, receiver === undefined ? {} : { receiver_id: receiver });
}

interface Envelope {
  readonly type?: string;
  readonly id?: unknown;
  readonly sender_id?: string;
  readonly data?: { readonly acceppted?: boolean; readonly accepted?: unknown };
}

class Peer {
  private readonly socket: WebSocket;
  private pings: NodeJS.Timeout | undefined;
  private pinged = 0;
  private latency = -1;
  private leaving = false;

  constructor(
    private readonly kind: Kind,
    private readonly options: Options,
    private readonly hello: object,
  ) {
    const headers = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
    this.socket = new WebSocket(`${options.url.replace(/\/+$/, '')}/ws/${kind}/`, { headers });
  }

  /** @returns the exit code */
  run(): Promise<number> {
    return new Promise((resolve) => {
      this.socket.on('open', () => {
        this.send(envelope('identification', this.hello));
      });
      this.socket.on('message', (data: Buffer) => {
        this.receive(data.toString());
      });
      this.socket.on('error', (error) => {
        process.stderr.write(`${error.message}\n`);
      });
      this.socket.on('close', (code, reason) => {
        clearInterval(this.pings);
        process.stderr.write(`closed: ${code} ${reason.toString()}\n`);
        resolve(this.leaving ? 0 : 1);
        // Otherwise the process would wait for input.
        process.stdin.destroy();
      });
    });
  }

  private receive(text: string): void {
    process.stdout.write(`← ${text}\n`);
    const message = JSON.parse(text) as Envelope;
    if (message.type === 'identification_response') this.identified(message);
    else if (message.type === 'pong') this.latency = Math.round(performance.now() - this.pinged);
    else if (this.options.echo && this.kind === 'iota' && isRelayed(message)) {
      const { type = '', id, data, sender_id: receiver_id } = message;
      this.send(JSON.stringify({ id, type, log: { message: 'echo', log_level: 0 }, receiver_id, data }));
    }
  }

  private identified({ data }: Envelope): void {
    if (data?.acceppted === false) {
      this.socket.close();
      return;
    }
    const seconds = Number(this.options.ping);
    if (seconds > 0) {
      this.pings = setInterval(() => {
        this.pinged = performance.now();
        this.send(envelope('ping', { last_ping: this.latency }));
      }, seconds * 1_000);
    }
    const lines = createInterface({ input: process.stdin });
    lines.on('line', (line) => {
      this.typed(line.trim());
    });
    lines.on('close', () => {
      this.leaving = true;
      this.socket.close(1000);
    });
  }

  private typed(line: string): void {
    if (line === '') return;
    try {
      this.send(frameOf(line));
    } catch (error) {
      process.stderr.write(`not sent: ${(error as Error).message}\n`);
    }
  }

  private send(text: string): void {
    // The hash is enough to log in, so it does not belong on a screen.
    process.stdout.write(`→ ${text.replace(/("private_key_hash":")[^"]*/, '$1…')}\n`);
    this.socket.send(text);
  }
}

const isRelayed = ({ sender_id }: Envelope): boolean =>
  sender_id !== undefined && sender_id !== '22222222-2222-2222-2222-222222222222';

async function main(): Promise<number> {
  const options = readOptions();
  const { kind } = options;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (kind === undefined || !KINDS.includes(kind)) throw new UsageError('name a kind of peer: iota, client or call');
  return new Peer(kind, options, await identification(kind, options)).run();
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
