/** How long texts may be on every wire, in characters. Sizes in bytes are of frames. */
export const MAX_CHARACTERS = {
  /** What a person or a peer is called. */
  name: 100,
  /** What the others in a room see of an endpoint. */
  identity: 100,
  /** One text of a chat message in a call. */
  chat: 4_000,
  /** A message in a conversation. */
  message: 8_192,
  /** What a caller hands over with an invitation, usually encrypted. */
  callSecret: 8_192,
  /** The state of a user, or of somebody in a call. */
  state: 100,
} as const;

/** How large in bytes the JSON text of an offer, answer, candidate or the like may be, on every wire that checks it. */
const MAX_SIGNAL_BYTES = 262_144;

/** Whether `text` is small enough for a call's signal. */
export function fitsSignal(text: string): boolean {
  return 3 * text.length <= MAX_SIGNAL_BYTES || Buffer.byteLength(text) <= MAX_SIGNAL_BYTES;
}

/** Whether `text` has at most `max` characters, which are code points and not the units of a JavaScript string. */
export function fits(text: string, max: number): boolean {
  if (text.length <= max) return true;
  return text.length <= 2 * max && charactersOf(text) <= max;
}

function charactersOf(text: string): number {
  return Array.from(text).length;
}
