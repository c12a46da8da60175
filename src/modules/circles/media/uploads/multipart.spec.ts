import { type IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { takeFile } from './multipart.js';

const requestOf = (): PassThrough =>
  Object.assign(new PassThrough(), { headers: { 'content-type': 'multipart/form-data; boundary=b' } });
const take = (request: PassThrough) =>
  takeFile(request as unknown as IncomingMessage, 100, async ({ name, content }) => {
    const chunks = await content.toArray();
    return `${name}: ${String(Buffer.concat(chunks as Buffer[]))}`;
  });

describe('the file of a multipart request', () => {
  it('is handed over', async () => {
    const request = requestOf();
    request.end('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\ntext\r\n--b--\r\n');
    expect(await take(request)).toBe('a: text');
  });

  it('is not awaited if the client has already left', async () => {
    const request = requestOf();
    request.destroy();
    await expect(take(request)).rejects.toMatchObject({ code: 'malformed_body' });
  });

  it('is given up when the client leaves', async () => {
    const request = requestOf();
    const taken = take(request);
    request.write('--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nte');
    request.emit('aborted');
    await expect(taken).rejects.toMatchObject({ code: 'malformed_body' });
  });
});
