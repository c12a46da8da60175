import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(import.meta.url);

const BUCKET = 'media';

interface Emulator {
  configureBuckets(): Promise<unknown>;
  callback(): RequestListener;
  readonly store: { getResourcePath(bucket: string, key: undefined, kind: string): string };
}
type EmulatorClass = new (options: object) => Emulator;

export interface S3 {
  /** Environment of a server that uses it. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

/** An S3-compatible service with one bucket: the emulator s3rver, with the listing of an upload's parts added. */
export async function startS3(): Promise<S3> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'switchboard-s3-'));
  const S3rver = require('s3rver') as EmulatorClass;
  const emulator = new S3rver({ silent: true, directory, configureBuckets: [{ name: BUCKET }] });
  await emulator.configureBuckets();
  const handle = emulator.callback();
  const server = createServer((request, response) => {
    const upload = new URL(request.url ?? '', 'http://s3').searchParams.get('uploadId');
    if (request.method !== 'GET' || upload === null) handle(request, response);
    else void listParts(response, path.join(emulator.store.getResourcePath(BUCKET, undefined, 'uploads'), upload));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      MEDIA_STORAGE: 's3',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_BUCKET: BUCKET,
      S3_ACCESS_KEY_ID: 'S3RVER',
      S3_SECRET_ACCESS_KEY: 'S3RVER',
      S3_FORCE_PATH_STYLE: 'true',
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function listParts(response: ServerResponse, folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => undefined);
  response.setHeader('Content-Type', 'application/xml');
  if (names === undefined) {
    response.writeHead(404).end('<Error><Code>NoSuchUpload</Code><Message>There is none.</Message></Error>');
    return;
  }
  let parts = '';
  for (const name of names.filter((each) => /^\d+$/.test(each))) {
    const [{ size }, md5] = [await stat(path.join(folder, name)), await readFile(path.join(folder, `${name}.md5`))];
    parts += `<Part><PartNumber>${name}</PartNumber><ETag>"${md5.toString()}"</ETag><Size>${size}</Size></Part>`;
  }
  response.end(`<ListPartsResult><IsTruncated>false</IsTruncated>${parts}</ListPartsResult>`);
}
