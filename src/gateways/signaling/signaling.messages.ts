import { JsonScanner } from '../../common/json/json-object-text.js';
import { nameFault } from '../../common/http/input/text-rules.js';
import { fits, fitsSignal, MAX_CHARACTERS } from '../../common/text/characters.js';
import { type Invited } from '../../modules/signaling/signaling.events.js';

const MAX_RECEIVER = 100;

const scanner = new JsonScanner(['sender_sid', 'receiver_sid']);

/** The parts of an inbound event that this protocol reads. Whatever it does not understand it ignores. */
export interface InboundEvent {
  readonly args: readonly unknown[];
  /** Length of its text, in characters. */
  readonly length: number;
  readonly onlyText: string | undefined;
  textOf(index: number): Buffer | undefined;
}

/** @returns `undefined` when it is not fit to be shown, or too long; empty to remove the name */
export function nameOf({ args: [name] }: InboundEvent): string | undefined {
  if (typeof name !== 'string' || !fits(name, MAX_CHARACTERS.name)) return undefined;
  return name === '' || (name.trim() !== '' && nameFault(name) === undefined) ? name : undefined;
}

/** Whom an invitation is for; does not check whether that peer exists. */
export function receiverOf({ args: [receiver] }: InboundEvent): string | undefined {
  return typeof receiver === 'string' && receiver.length <= MAX_RECEIVER ? receiver : undefined;
}

/** The invitation that an answer refers to: a string that holds a JSON object. */
export function invitedOf({ args: [text] }: InboundEvent): Invited | undefined {
  if (typeof text !== 'string' || text.length > 10 * MAX_RECEIVER) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { sender_sid: sender, receiver_sid: receiver } = value as Record<string, unknown>;
  if (typeof sender !== 'string' || typeof receiver !== 'string' || receiver.length > MAX_RECEIVER) return undefined;
  return { sender, receiver };
}

/** JSON text of a chat message: any value in which no single text is too long. */
export function chatOf(event: InboundEvent): string | undefined {
  if (event.args.length === 0) return undefined;
  const text = event.onlyText ?? event.textOf(0)?.toString();
  return text === undefined || !fitsSignal(text) || hasLongText(event.args[0], MAX_CHARACTERS.chat) ? undefined : text;
}

/** Without recursion, because the value decides how deep this goes. */
function hasLongText(value: unknown, max: number): boolean {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && !fits(next, max)) return true;
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) left.push(inner);
  }
  return false;
}

/** An offer, answer or candidate: its receiver, and its text with the right sender. */
export interface RelayedObject {
  readonly receiver: string;
  readonly text: string;
}

/**
 * The text usually passes unchanged. If there are several senders, all are corrected: receivers may read any of them.
 * Reads the text and not `args`: some versions of V8 misread escaped names (nodejs/node#63785), which would let a forged
 * sender pass.
 */
export function relayedOf(event: InboundEvent, sid: string): RelayedObject | undefined {
  const text = event.onlyText ?? event.textOf(0)?.toString();
  if (text === undefined || !fitsSignal(text)) return undefined;
  const read = scanner.scan(Buffer.from(text));
  const receiver = read?.stringOf('receiver_sid');
  if (!read || receiver === undefined) return undefined;
  if (read.stringsOf('sender_sid').every((sender) => sender === sid)) return { receiver, text };
  return { receiver, text: read.with('sender_sid', JSON.stringify(sid)).toString() };
}
