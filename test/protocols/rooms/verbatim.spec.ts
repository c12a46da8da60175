import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';
import { type WsClient } from '../../support/ws-client.js';

const deep = `${'['.repeat(200)}1${']'.repeat(200)}`;
const VALUES: readonly string[] = [
  'null',
  '-0',
  '1.0',
  '12345678901234567890123456789',
  '0.1234567890123456789012345678901234567890',
  '1e400',
  '-1E-999',
  '"\\u0000"',
  '"\\ud800"',
  '"\\uDC00\\ud83d\\ude00"',
  '"é😀\u2028"',
  '"a\\/b\\"\\\\"',
  '{"__proto__":{"x":1},"constructor":{"prototype":2},"toString":null}',
  '{"a":1,"a":2,"":3}',
  '{ "a" :\t[ 1 ,\r\n2 ] }',
  deep,
  JSON.stringify('x'.repeat(400_000)),
];

/** Output is compared as text after the name, since parsing would lose what is tested. */
const valueOf = (frame: string): string => frame.slice('{"message":'.length, frame.lastIndexOf(',"identity":'));

describe.each([
  ['a room', false],
  ['a durable room', true],
])('%s', (_name, durable) => {
  let harness: RoomsHarness;
  let app: TestApplication;
  let a: WsClient;

  beforeAll(async () => {
    harness = await RoomsHarness.start();
    app = await harness.application();
    await harness.room(app, 'r', { durable });
    a = await harness.member(app, 'r');
  });
  afterAll(() => harness.close());

  it.each(VALUES)('passes on value %# unchanged', async (value) => {
    a.send(`{"message":${value}}`);
    expect(valueOf(await a.nextText())).toBe(value);
    const say = (body: string) => harness.as(app, 'POST', 'rooms/r/messages', body);
    expect((await say(`{"message":${value}}`)).status).toBe(202);
    expect(valueOf(await a.nextText())).toBe(value);
  });

  it('takes the last of two `message` members, and no other member', async () => {
    a.send(' {"x":{"message":0},"message":1,"\\u006dessage":[2] , "identity":"i","offset":7}\n');
    expect(await a.next()).toMatchObject({ message: [2], identity: 'someone' });
  });

  it.runIf(durable)('returns all of it from history and in a replay', async () => {
    const kept = VALUES.flatMap((value) => [value, value]);
    const response = await fetch(`${harness.server.url}/api/v1/rooms/r/messages?limit=200`, {
      headers: { 'api-key': app.apiKey },
    });
    const text = await response.text();
    for (const value of kept) expect(text.includes(`"message":${value},"identity"`)).toBe(true);
    expect(JSON.parse(text).items).toHaveLength(kept.length + 1);
    const late = await harness.member(app, 'r', 'read', 'late', '?after=0');
    await late.next();
    for (const value of kept) expect(valueOf(await late.nextText())).toBe(value);
  });
});
