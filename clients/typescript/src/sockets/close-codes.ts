/** What a client does when a connection has ended. */
export type Verdict = 'stop' | 'back off' | 'come back';

/** Codes that mean to stay away: malformed, revoked, forced out. */
const FINAL = new Set([1007, 1008, 4000]);
/** Codes that ask for more patience than a lost connection. */
const BUSY = new Set([1013, 4029]);

/** Lost without a close frame. */
export const ABNORMAL = 1006;
export const NOT_ALLOWED = 1008;
export const FRAME_TOO_LARGE = 1009;
export const TRY_LATER = 1013;

export function verdictOf(code: number): Verdict {
  if (FINAL.has(code)) return 'stop';
  return BUSY.has(code) ? 'back off' : 'come back';
}
