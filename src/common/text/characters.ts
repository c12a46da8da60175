/** The longest texts on every wire, in characters. (Limits in bytes apply to frames.) */
export const MAX_CHARACTERS = {
  /** Name of a person or a peer. */
  name: 100,
  /** What others in a room see of an endpoint. */
  identity: 100,
  /** One text of a chat message in a call. */
  chat: 4_000,
  /** A message in a conversation. */
  message: 8_192,
  /** What a caller sends along with an invitation, usually encrypted. */
  callSecret: 8_192,
  /** The state of a user, or of a participant in a call. */
  state: 100,
} as const;

/** Limit in bytes for the JSON text of an offer, answer, candidate or the like, on every wire that checks it. */
const MAX_SIGNAL_BYTES = 262_144;

/** Whether `text` is within the limit for call signals. */
export function fitsSignal(text: string): boolean {
  return 3 * text.length <= MAX_SIGNAL_BYTES || Buffer.byteLength(text) <= MAX_SIGNAL_BYTES;
}

/** Whether `text` has at most `max` characters, counted in code points rather than UTF-16 units. */
export function fits(text: string, max: number): boolean {
  if (text.length <= max) return true;
  return text.length <= 2 * max && charactersOf(text) <= max;
}

function charactersOf(text: string): number {
  return Array.from(text).length;
}
