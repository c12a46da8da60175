import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Examples, type RunningExample } from '../support/doc-examples.js';
import { describeWith, describeWithPython } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';

const SECRET = 'a shared secret of forty characters, ok.';

/** The token that a backend of docs/identity.md prints admits to the rooms that it names. */
function opensRooms(mint: (examples: Examples) => Promise<RunningExample>): void {
  const examples = new Examples('identity.md');
  let harness: RoomsHarness;
  beforeAll(async () => {
    harness = await RoomsHarness.start();
  });
  afterAll(async () => {
    examples.stop();
    await harness.hangUp();
    await harness.close();
  });

  it('issues a token that the server accepts', async () => {
    const app = await harness.application();
    const wish = { issuer: 'https://shop.example.org', algorithm: 'HS256', secret: SECRET };
    expect((await harness.as(app, 'POST', `applications/${app.id}/token-issuers`, wish)).status).toBe(201);
    await harness.room(app, 'team-7-a');
    const { output, ended } = await mint(examples);
    await ended;
    const alice = await harness.named('team-7-a', output().trim());
    alice.send({ message: 1 });
    expect(await alice.next()).toMatchObject({ identity: 'alice' });
  }, 120_000);
}

describeWith('go', 'a backend in Go', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-go-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  opensRooms(async (examples) => {
    const file = path.join(folder, 'mint.go');
    await writeFile(file, examples.codeOf('mint.go'));
    return examples.start(['go', 'run', file], { SECRET, GOCACHE: path.join(folder, 'cache'), GO111MODULE: 'off' });
  });
});

describeWithPython('jwt', 'a backend in Python', (python) => {
  opensRooms((examples) => Promise.resolve(examples.run('mint.py', [], python, { SECRET })));
});
