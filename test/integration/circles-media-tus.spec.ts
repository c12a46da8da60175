import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness, type World } from '../support/circles.js';

const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream' };

describe('resumable uploads (tus 1.0.0)', () => {
  let circles: CirclesHarness;
  let world: World;
  let id: number;
  beforeAll(async () => {
    circles = await CirclesHarness.start({ MEDIA_MAX_BYTES: '2000' });
    world = await circles.world();
  });
  afterAll(() => circles.close());

  const send = (method: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${circles.server.url}/api/v1/media/${id}/upload`, {
      method,
      headers: { authorization: `Bearer ${world.u1.token}`, ...TUS, ...headers },
      ...(body !== undefined && { body }),
    });
  const append = (offset: number, text: string, headers: Record<string, string> = {}) =>
    send('PATCH', { ...BYTES, 'upload-offset': String(offset), ...headers }, text);
  const begin = async (length = 10) => {
    const path = `conversations/${world.conversation}/messages`;
    id = (await circles.api(world.u1, 'POST', path, { files: ['a.txt'] })).media[0].id;
    expect((await send('POST', { 'upload-length': String(length) })).status).toBe(201);
  };
  const offset = async () => (await send('HEAD')).headers.get('upload-offset');

  it('treat a POST as the method that it names', async () => {
    await begin();
    const named = (method: string) => ({ 'x-http-method-override': method });
    expect((await append(0, 'hello')).status).toBe(204);
    const asked = await send('POST', named('HEAD'));
    expect([asked.status, asked.headers.get('upload-offset')]).toEqual([200, '5']);
    const sent = await send('POST', { ...BYTES, 'upload-offset': '5', ...named('PATCH') }, 'world');
    expect([sent.status, sent.headers.get('upload-offset')]).toEqual([204, '10']);
    expect(await circles.api(world.u1, 'GET', `media/${id}`)).toMatchObject({ uploaded: true, size: 10 });
    await begin();
    expect((await send('POST', named('DELETE'))).status).toBe(204);
    expect((await send('HEAD')).status).toBe(404);
  });

  it.each<[string, number, Record<string, string>]>([
    ['without a length', 400, {}],
    ['with an invalid length', 400, { 'upload-length': '-1' }],
    ['with a length that is too large', 413, { 'upload-length': '2001' }],
    ['with broken metadata', 400, { 'upload-length': '5', 'upload-metadata': 'filename ***' }],
    ['of another version', 412, { 'upload-length': '5', 'tus-resumable': '0.2.2' }],
    ['with parts to be concatenated', 501, { 'upload-length': '5', 'upload-concat': 'partial' }],
  ])('keep the first upload when a second start %s is refused', async (_name, status, headers) => {
    await begin();
    expect((await append(0, 'hello')).status).toBe(204);
    expect((await send('POST', headers)).status).toBe(status);
    expect(await offset()).toBe('5');
  });

  it.each<[string, number, number, string, Record<string, string>]>([
    ['of another version', 412, 5, 'x', { 'tus-resumable': '0.2.2' }],
    ['without a version', 412, 5, 'x', { 'tus-resumable': '' }],
    ['at the wrong offset', 409, 4, 'x', {}],
    ['of another type', 400, 5, 'x', { 'content-type': 'text/plain' }],
    ['beyond the end', 413, 5, 'x'.repeat(6), {}],
  ])('keep received bytes when bytes %s are refused', async (_name, status, at, text, headers) => {
    await begin();
    expect((await append(0, 'hello')).status).toBe(204);
    const refused = await append(at, text, headers);
    expect(refused.status).toBe(status);
    if (status === 412) expect(refused.headers.get('tus-version')).toBe('1.0.0');
    expect(await offset()).toBe('5');
  });

  it('work through several proxies', async () => {
    await begin();
    expect((await append(0, 'hello', { 'x-forwarded-proto': 'https, http' })).status).toBe(204);
  });

  it('tell anybody what the server supports', async () => {
    await begin();
    const known = await fetch(`${circles.server.url}/api/v1/media/${id}/upload`, { method: 'OPTIONS' });
    expect(known.status).toBe(204);
    expect(Object.fromEntries(known.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-resumable': '1.0.0',
      'tus-max-size': '2000',
      'tus-extension': expect.stringContaining('creation'),
    });
  });

  it('accept an empty file, and one in its first request', async () => {
    await begin(0);
    expect(await circles.api(world.u1, 'GET', `media/${id}`)).toMatchObject({ uploaded: true, size: 0 });
    await begin();
    const whole = await send('POST', { ...BYTES, 'upload-length': '5' }, 'hello');
    expect([whole.status, whole.headers.get('upload-offset')]).toEqual([201, '5']);
    expect(await circles.api(world.u1, 'GET', `media/${id}`)).toMatchObject({ uploaded: true, size: 5 });
  });
});
