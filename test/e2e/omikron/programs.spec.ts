import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OmikronHarness, type TestIota, type TestUser } from '../../support/omikron.js';
import { ensureBuilt } from '../../support/process.js';
import { describeWith } from '../../support/requires.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A Python with the example's library; if there is none, the name still appears in the error message. */
const PYTHON =
  ['python3', '/usr/bin/python3'].find((python) => {
    try {
      execFileSync(python, ['-c', 'import websockets'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }) ?? 'python3 with websockets';

/** The program in the given language from the document for authors of an Iota. */
async function example(language: string): Promise<string> {
  const text = await readFile(path.join(ROOT, 'docs/protocols/omikron.md'), 'utf8');
  const code = new RegExp(`\`\`\`${language} [^\n]*\\n(.*?)\`\`\``, 's').exec(text)?.[1];
  if (code === undefined) throw new Error(`no example in ${language}`);
  return code;
}

/** A running program whose output the test watches. */
class Program {
  output = '';
  readonly exited: Promise<number | null>;
  private static readonly running = new Set<ChildProcess>();
  private readonly child: ChildProcess;

  constructor(file: string, args: string[], env: Record<string, string>, input?: string) {
    this.child = spawn(file, args, { cwd: ROOT, env: { PATH: process.env['PATH'], ...env }, stdio: 'pipe' });
    const take = (data: Buffer): void => {
      this.output += data.toString();
    };
    this.child.stdout?.on('data', take);
    this.child.stderr?.on('data', take);
    if (input !== undefined) this.child.stdin?.end(input);
    Program.running.add(this.child);
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code) => {
        Program.running.delete(this.child);
        resolve(code);
      });
    });
  }

  type(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  end(): void {
    this.child.stdin?.end();
  }

  async says(text: string | RegExp): Promise<void> {
    for (let i = 0; i < 400; i++) {
      if (typeof text === 'string' ? this.output.includes(text) : text.test(this.output)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`it did not say ${String(text)} but:\n${this.output}`);
  }

  static async endAll(): Promise<void> {
    for (const child of [...Program.running]) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await gone;
    }
  }
}

describe('programs for the Omikron', () => {
  let harness: OmikronHarness;
  let home: TestIota;
  let user: TestUser;

  beforeAll(async () => {
    harness = await OmikronHarness.start({ IOTA_ACCESS: 'token' });
    home = await harness.iota(1);
    [user] = home.users as [TestUser];
  });
  afterAll(() => harness.close());
  afterEach(async () => {
    await Program.endAll();
    await harness.hangUp();
  });

  const settings = (): Record<string, string> => ({
    SERVER: harness.server.url,
    IOTA_ID: home.id,
    USER_IDS: user.id,
    IOTA_TOKEN: home.token,
    USER_ID: user.id,
    KEY_HASH: user.hash,
  });

  it('the JavaScript Iota serves a client, and ends when it is closed for good', async () => {
    const iota = new Program(process.execPath, ['--input-type=module'], settings(), await example('js'));
    await iota.says('serving');
    const client = await harness.client(user);
    expect((await harness.ask(client, 'message_send', { text: 'sealed' })).type).toBe('success');
    expect((await harness.ask(client, 'message_get', {})).data).toEqual({ messages: [{ text: 'sealed' }] });
    const { body } = await harness.api('GET', 'connections?protocol=omikron&limit=200');
    const own = body.items.find((item: { principal?: { kind: string } }) => item.principal?.kind === 'iota');
    expect((await harness.api('DELETE', `connections/${own.id}`)).status).toBe(204);
    expect(await iota.exited).toBe(1);
  });

  describeWith(PYTHON, 'with Python', () => {
    it('the Python client stores a message at the JavaScript Iota and reads it', async () => {
      const iota = new Program(process.execPath, ['--input-type=module'], settings(), await example('js'));
      await iota.says('serving');
      const client = new Program(PYTHON, ['-'], settings(), await example('python'));
      await client.says("stored: [{'text': 'sealed'}]");
      expect(client.output).toContain("pong: {'last_ping': -1, 'ping_iota': '-1'}");
      expect(await client.exited).toBe(0);
      const wrong = new Program(PYTHON, ['-'], { ...settings(), KEY_HASH: '00'.repeat(32) }, await example('python'));
      await wrong.says('refused: Wrong private key');
      expect(await wrong.exited).toBe(1);
    });
  });

  describe('the command-line peer', () => {
    beforeAll(ensureBuilt, 300_000);

    const peer = (...args: string[]): Program =>
      new Program(process.execPath, ['dist/src/cli/omikron-peer.js', ...args, '--url', harness.server.wsUrl], {});

    it('acts as an echoing Iota, a client and a caller', async () => {
      const iota = peer('iota', '--iota', home.id, '--users', user.id, '--token', home.token, '--echo', '--ping', '1');
      await iota.says('"accepted":1');
      const client = peer('client', '--user', user.id, '--hash', user.hash);
      await client.says('"acceppted":true');
      expect(client.output).not.toContain(user.hash);
      client.type('get_chats {"k":1}');
      await client.says(/← .*"type":"get_chats".*"data":\{"k":1\}/);
      iota.type(`@${user.id} message_live {"n":2}`);
      await client.says(/← .*"type":"message_live".*"data":\{"n":2\}/);
      iota.type('not {json');
      await iota.says('not sent');
      await iota.says('"type":"pong"');
      const caller = peer('call', '--call', randomUUID(), '--user', user.id, '--hash', user.hash, '--secret', 's');
      await caller.says('"user_ids"');
      caller.end();
      expect(await caller.exited).toBe(0);
      iota.end();
      expect(await iota.exited).toBe(0);
      await client.says('closed: 1012');
      expect(await client.exited).toBe(1);
    });

    it('says what is missing, and shows its usage', async () => {
      const lost = peer('client', '--user', user.id);
      await lost.says('--hash or --key-file is missing');
      expect(await lost.exited).toBe(2);
      const help = peer('--help');
      await help.says('npm run omikron:peer');
      expect(await help.exited).toBe(0);
    });
  });
});
