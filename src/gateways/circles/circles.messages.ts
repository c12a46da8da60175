import { AppError } from '../../common/errors/app-error.js';
import { MAX_ID } from '../../common/http/paging/cursor.js';
import { textFault } from '../../common/http/input/text-rules.js';
import { JsonScanner } from '../../common/json/json-object-text.js';
import { fits, fitsSignal, MAX_CHARACTERS } from '../../common/text/characters.js';
import { type NamedTarget } from '../../modules/circles/live/call-signals.service.js';
import { type Draft, MAX_CLIENT_ID, MAX_FILES } from '../../modules/circles/messages/messages.service.js';
import { type SocketIoMessage } from '../transport/socket-io/socket-io.message.js';
import { type CirclesMember } from './circles.contract.js';

const MAX_FILENAME = 1_000;
/** Limit for the JSON text of `is_writing`, in bytes. */
const MAX_WRITING = 1_000;
const WRITING = new JsonScanner(['is_writing'] satisfies CirclesMember[]);

const invalid = (text: string): AppError => new AppError('invalid_input', text);

/** An own member of what the client sent; `undefined` if it is absent or `null`, or if `data` is not an object. */
export function memberOf(data: unknown, name: CirclesMember): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || !Object.hasOwn(data, name)) return undefined;
  return (data as Record<string, unknown>)[name] ?? undefined;
}

/**
 * An id, given as a number or as digits.
 * @param missing what the client is told when it is absent
 * @throws AppError `invalid_input`
 */
export function idOf(data: unknown, name: CirclesMember, missing: string): number {
  const value = memberOf(data, name);
  if (value === undefined) throw invalid(missing);
  const id = numberOf(value);
  if (id === undefined) throw invalid(`Parameter ${name} invalid`);
  return id;
}

/** `after` of a returning client. @throws AppError `invalid_input` */
export function afterOf(data: unknown): number | undefined {
  const value = memberOf(data, 'after');
  if (value === undefined) return undefined;
  const after = value === 0 || value === '0' ? 0 : numberOf(value);
  if (after === undefined) throw invalid('Parameter after invalid');
  return after;
}

/** @throws AppError `invalid_input` */
export function draftOf(data: unknown): Draft {
  const text = memberOf(data, 'text_message') ?? '';
  if (typeof text !== 'string') throw invalid('Parameter text_message invalid');
  if (!fits(text, MAX_CHARACTERS.message)) throw invalid('Parameter text_message trop long');
  return { text, files: filesOf(data), clientMessageId: clientIdOf(data) };
}

function clientIdOf(data: unknown): string | null {
  const id = memberOf(data, 'client_message_id');
  if (id === undefined) return null;
  const isFine = typeof id === 'string' && id !== '' && fits(id, MAX_CLIENT_ID) && textFault(id) === undefined;
  if (!isFine) throw invalid('Parameter client_message_id invalid');
  return id;
}

function filesOf(data: unknown): string[] {
  const files = memberOf(data, 'files') ?? [];
  if (!Array.isArray(files) || files.length > MAX_FILES) throw invalid('Parameter files invalid');
  return files.map((name: unknown) => {
    if (typeof name !== 'string' || name === '' || !fits(name, MAX_FILENAME)) throw invalid('Parameter files invalid');
    return name;
  });
}

/** JSON text of whatever is to be forwarded. @throws AppError `invalid_input` */
export function signalOf(data: unknown, message: SocketIoMessage): string {
  const text = message.textOf(0)?.toString() ?? JSON.stringify(data);
  if (!fitsSignal(text)) throw invalid('Message trop long');
  return text;
}

/** JSON text of `is_writing`, which is passed on unchanged whatever its value. @throws AppError `invalid_input` */
export function writingOf(data: unknown, message: SocketIoMessage): string {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'is_writing'))
    throw invalid('Parameter missing');
  const value = (data as { is_writing: unknown }).is_writing;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  const argument = message.textOf(0);
  const text = argument && WRITING.scan(argument)?.textOf('is_writing');
  if (text === undefined || text.length > MAX_WRITING) throw invalid('Parameter is_writing invalid');
  return text.toString();
}

/** Whom to forward to: the first of `email`, `user_id` and `device_id` that is present. */
export function targetOf(data: unknown): NamedTarget | undefined {
  const email = memberOf(data, 'email');
  // No stored email contains NUL.
  if (email !== undefined) return typeof email === 'string' && !email.includes('\u0000') ? { email } : undefined;
  for (const kind of ['user', 'device'] as const) {
    const value = memberOf(data, `${kind}_id`);
    if (value === undefined) continue;
    const id = numberOf(value);
    return id === undefined ? undefined : { kind, id };
  }
  return undefined;
}

function numberOf(value: unknown): number | undefined {
  const id = typeof value === 'string' && /^[1-9]\d{0,9}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isInteger(id) && id >= 1 && id <= MAX_ID ? id : undefined;
}
