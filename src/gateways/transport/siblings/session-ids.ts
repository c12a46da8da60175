import { randomBytes } from 'node:crypto';

/** As long as Engine.IO's own ids, and made of the same characters. */
const ID_BYTES = 15;
const ID_PATTERN = /^[\w-]{20}$/;

/**
 * Makes an Engine.IO session id from which every worker can tell whose session it is. To clients it looks random: the
 * worker's number is masked with other bytes of the id.
 * @param worker 0 to 65535
 */
export function makeSessionId(worker: number): string {
  const bytes = randomBytes(ID_BYTES);
  bytes.writeUInt16BE(worker ^ bytes.readUInt16BE(0), ID_BYTES - 2);
  return bytes.toString('base64url');
}

/** The worker that has the session, if `id` has our form; a made-up id yields an arbitrary number. */
export function workerOfSession(id: string): number | undefined {
  if (!ID_PATTERN.test(id)) return undefined;
  const bytes = Buffer.from(id, 'base64url');
  return bytes.readUInt16BE(ID_BYTES - 2) ^ bytes.readUInt16BE(0);
}
