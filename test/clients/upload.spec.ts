import { Switchboard, uploadFile, type UploadOptions } from '@switchboard/client';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CirclesHarness, type World } from '../support/circles.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const SIZE = 300_000;
const PIECE = 100_000;

describe('uploads', () => {
  let circles: CirclesHarness;
  let world: World;
  let cable: TcpProxy;
  const bytes = randomBytes(SIZE);
  const file = new File([bytes], 'na"me.bin', { type: 'application/x-thing' });
  /** The requests to the server, with its answers. */
  const seen: string[] = [];
  /** The answer to give instead of the server's. */
  let meddle: (request: string) => Response | undefined;
  /** Whether the server's answer is lost. */
  let loses: (request: string) => boolean;

  beforeAll(async () => {
    circles = await CirclesHarness.start({ MEDIA_MAX_BYTES: String(SIZE) });
    world = await circles.world();
    cable = await new TcpProxy(new URL(circles.server.url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    await circles.close();
  });

  const observed: typeof fetch = async (input, init) => {
    const request = `${init?.method ?? 'GET'} ${new Headers(init?.headers).get('Upload-Offset') ?? ''}`.trim();
    const answer = meddle(request) ?? (await fetch(input, init));
    if (loses(request)) throw new TypeError('the answer is lost');
    if (!(input instanceof Request)) seen.push(`${request} ${answer.status}`);
    return answer;
  };
  /** The author's client, and an announced file. */
  const announced = async (url = circles.server.url) => {
    seen.length = 0;
    meddle = () => undefined;
    loses = () => false;
    const path = `conversations/${world.conversation}/messages`;
    const { media } = await circles.api(world.u1, 'POST', path, { files: ['a.bin'] });
    const sdk = new Switchboard({ url, token: world.u1.token, fetch: observed });
    const progress: number[] = [];
    const upload = (options: Partial<UploadOptions> = {}) =>
      uploadFile(sdk, {
        ...{ media: media[0].id as number, file, pieceBytes: PIECE },
        ...{ onProgress: (sent: number) => progress.push(sent), ...options },
      });
    const content = async () => {
      const headers = { authorization: `Bearer ${world.u1.token}` };
      const answer = await fetch(`${circles.server.url}/api/v1/media/${media[0].id}/content`, { headers });
      return Buffer.from(await answer.arrayBuffer());
    };
    return { upload, content, progress };
  };

  it.each([true, false])('arrive complete, and report their progress (resumable: %s)', async (resumable) => {
    const { upload, content, progress } = await announced();
    expect(await upload({ resumable })).toMatchObject({
      uploaded: true,
      size: SIZE,
      filename: expect.stringContaining('.bin'),
    });
    expect((await content()).equals(bytes)).toBe(true);
    expect(progress.at(-1)).toBe(SIZE);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(seen).toEqual(
      resumable ? ['HEAD 404', 'POST 201', 'PATCH 0 204', 'PATCH 100000 204', 'PATCH 200000 204'] : ['PUT 200'],
    );
  });

  it('continue after a cut in the middle of a piece', async () => {
    const { upload, content } = await announced(cable.url);
    let cuts = 0;
    const done = upload({
      onProgress: (sent) => {
        if (sent <= PIECE || cuts++ > 0) return;
        void cable.cut().then(() => cable.open());
      },
    });
    expect(await done).toMatchObject({ uploaded: true, size: SIZE });
    expect((await content()).equals(bytes)).toBe(true);
    expect(seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('continue in a later run', async () => {
    const { upload, content } = await announced();
    const stop = new AbortController();
    const broken = upload({
      signal: stop.signal,
      onProgress: (sent) => {
        if (sent > PIECE) stop.abort(new Error('enough'));
      },
    });
    await expect(broken).rejects.toThrow('enough');
    seen.length = 0;
    await upload();
    expect(seen[0]).toBe('HEAD 200');
    expect(seen.some((line) => line.startsWith('POST'))).toBe(false);
    expect((await content()).equals(bytes)).toBe(true);
  });

  it.each([true, false])(
    'retry after temporary errors, and cope with a lost answer (resumable: %s)',
    async (resumable) => {
      const { upload, content } = await announced();
      const [first, last] = resumable ? ['PATCH 0', 'PATCH 200000'] : ['PUT', 'PUT'];
      let busy = 0;
      let lost = 0;
      meddle = (request) =>
        request === first && busy++ === 0
          ? new Response(null, { status: 503, headers: { 'Retry-After': '0' } })
          : undefined;
      loses = (request) => request === last && busy > (resumable ? 0 : 1) && lost++ === 0;
      expect(await upload({ resumable })).toMatchObject({ uploaded: true });
      expect((await content()).equals(bytes)).toBe(true);
      expect([busy, lost]).toEqual(resumable ? [2, 1] : [3, 2]);
    },
  );

  it('are refused with a reason, and given up if nobody answers', async () => {
    const { upload } = await announced();
    const tooLarge = new Blob([bytes, 'x']);
    await expect(upload({ file: tooLarge })).rejects.toMatchObject({ status: 413 });
    await expect(upload({ file: tooLarge, resumable: false })).rejects.toMatchObject({ code: 'payload_too_large' });
    await expect(upload({ media: 2_000_000_000 })).rejects.toMatchObject({ code: 'not_found' });
    meddle = () => {
      throw new TypeError('fetch failed');
    };
    await expect(upload({ attempts: 2 })).rejects.toMatchObject({ name: 'NoAnswer' });
  });
});
