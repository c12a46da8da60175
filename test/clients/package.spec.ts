import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN } from '../support/api.js';
import { ClientProject } from '../support/client-packages.js';
import { RestartedServer } from './restarted-server.js';

/** What runs the program: this Node, another version, or Bun. */
const RUNTIME = process.env['CLIENT_RUNTIME'] ?? process.execPath;
const README = path.resolve(import.meta.dirname, '../../clients/typescript/README.md');

/** Limits for one class of one protocol, gzipped; Socket.IO's own client, if used, comes on top. */
const MAX_BYTES = 8 * 1024;
const CLASSES = [
  ...[
    ['rooms', 'RoomEndpoint'],
    ['rooms', 'RoomEvents'],
  ],
  ...[
    ['services', 'ServiceHost'],
    ['services', 'ServiceGuest'],
  ],
  ...[
    ['circles', 'CirclesSocket'],
    ['signaling', 'SignalingSocket'],
  ],
  ...[
    ['omikron', 'Iota'],
    ['omikron', 'OmikronClient'],
    ['omikron', 'OmikronCall'],
    ['console', 'ConsoleFeed'],
  ],
] as [string, string][];

/** Total number of messages. */
const COUNT = 200;

const PROGRAM = `
import { Iota, paginate, RoomEndpoint, RoomEvents, Switchboard, SwitchboardProblem, uploadFile } from '@switchboard/client';
import { CirclesSocket } from '@switchboard/client/circles';
import { OmikronCall, OmikronClient } from '@switchboard/client/omikron';
import { type RoomMessage } from '@switchboard/client/rooms';
import { ServiceClient, ServiceGuest, ServiceHost } from '@switchboard/client/services';
import { SignalingSocket } from '@switchboard/client/signaling';

const [url = '', email = '', password = '', name = ''] = process.argv.slice(2);
const admin = new Switchboard({ url });
await admin.signIn({ email, password });
const { apiKey } = await admin.applications.create({ body: { name } });

const backend = new Switchboard({ url, apiKey });
await backend.rooms.create({ body: { name: 'hall', durable: true } });
const endpoint = (permissions: 'read' | 'write') =>
  backend.endpoints.create({ path: { name: 'hall' }, body: { permissions, identity: permissions } });
const { code } = await endpoint('read');
const publish = { path: { name: 'hall' }, body: { message: 0 }, headers: { 'Idempotency-Key': 'one' } };
await backend.roomMessages.publish(publish);
await backend.roomMessages.publish(publish);

const room = new RoomEndpoint({ url, code, after: 'beginning' });
const stream = new RoomEvents({ url, code, after: 'beginning' });
const heard: unknown[] = [];
const streamed: unknown[] = [];
room.on('message', ({ message }: RoomMessage) => heard.push(message));
stream.on('message', ({ message }) => streamed.push(message));
const writer = new RoomEndpoint({ url, code: (await endpoint('write')).code });
await writer.send(1);
// The server is killed and started again now.
console.log('half');
for (let i = 2; i < ${COUNT}; i++) await writer.send(i);
while (heard.length < ${COUNT} || streamed.length < ${COUNT}) await new Promise((resolve) => setTimeout(resolve, 50));
for (const socket of [room, stream, writer]) socket.close();
const kept: unknown[] = [];
for await (const { message } of paginate(backend.roomMessages.list, { path: { name: 'hall' }, query: { limit: 70 } })) {
  kept.push(message);
}
const refused = await backend.rooms.get({ path: { name: 'nowhere' } }).catch((error: unknown) => error);
const classes = [CirclesSocket, SignalingSocket, Iota, OmikronClient, OmikronCall, ServiceHost, ServiceClient, ServiceGuest];
const isThere = [...classes, uploadFile].every((it) => typeof it === 'function');
console.log(JSON.stringify({ heard, streamed, kept, code: refused instanceof SwitchboardProblem && refused.code, isThere }));
`;

describe('the packed client', () => {
  let project: ClientProject;

  beforeAll(async () => {
    project = await ClientProject.make();
    await project.write('program.ts', PROGRAM);
    // All its examples in sequence are one program.
    const readme = await readFile(README, 'utf8');
    const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code).join('');
    await project.write('readme.ts', `declare const bytes: ArrayBuffer;\n${examples}`);
  }, 120_000);

  const compile = async (module: string, moduleResolution: string) =>
    path.join(await project.compile(['program.ts', 'readme.ts'], module, moduleResolution), 'program.js');

  it(
    'compiles in strict mode with both kinds of module resolution, and follows rooms through a crash',
    { timeout: 180_000 },
    async () => {
      const files = await Promise.all([compile('nodenext', 'nodenext'), compile('esnext', 'bundler')]);
      await RestartedServer.use(async (server) => {
        const programs = files.map((file) => new Program(file, [server.url, ADMIN.email, ADMIN.password, file]));
        await Promise.all(programs.map((program) => program.says('half\n')));
        await server.stop('SIGKILL');
        await server.start();
        for (const program of programs) {
          const { heard, ...rest } = JSON.parse((await program.output()).replace('half\n', '')) as { heard: number[] };
          // Messages that had to be sent again come later.
          const sorted = [...heard].sort((a, b) => a - b);
          expect(sorted).toEqual(Array.from({ length: COUNT }, (_none, i) => i));
          expect(rest).toEqual({ streamed: heard, kept: heard, code: 'not_found', isThere: true });
        }
      });
    },
  );

  it.each(CLASSES)('is small in a browser: %s, %s', async (wire, name) => {
    const entry = path.join(project.folder, `${name}.js`);
    await project.write(`${name}.js`, `export { ${name} } from '@switchboard/client/${wire}';\n`);
    const output = (await build({
      root: project.folder,
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        rolldownOptions: { input: entry, external: ['socket.io-client'], preserveEntrySignatures: 'strict' },
      },
    })) as Rolldown.RolldownOutput;
    const [{ code }] = output.output;
    expect(code).toContain(`as ${name}`);
    expect(gzipSync(code).length).toBeLessThan(MAX_BYTES);
  });
});

/** One that runs. */
class Program {
  private said = '';
  private readonly child;
  private readonly closed;

  constructor(file: string, args: string[]) {
    this.child = spawn(RUNTIME, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (text: Buffer) => (this.said += text.toString()));
    this.closed = once(this.child, 'close');
  }

  async says(text: string): Promise<void> {
    while (!this.said.includes(text) && this.child.exitCode === null) {
      await Promise.race([once(this.child.stdout, 'data'), this.closed]);
    }
  }

  /** All of it, at its end. */
  async output(): Promise<string> {
    await this.closed;
    return this.said;
  }
}
