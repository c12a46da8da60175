import { type CallerPrincipal, type SenderMembers } from './omikron-connection.js';
import { type OmikronEvent, type ReplyId } from './omikron.events.js';

/** A message as far as the domain needs it: what it asks, and how to pass it on. The gateway knows its text. */
export interface OmikronMessage {
  readonly id: ReplyId;
  readonly data: MessageData;
  /** The ping that it reports, as the text of an integer. */
  readonly ping: string | undefined;
  readonly receiver: string | undefined;
  /** The text between the quotes of `receiver_id`, nearly always the receiver itself. */
  readonly rawReceiver: string | undefined;
  /** One per member that names a sender: receivers differ in which of them they read. */
  readonly senders: readonly (string | undefined)[];
  asItCame(): OmikronEvent;
  /** With the sender's members set. */
  from(sender: SenderMembers): OmikronEvent;
  /** As the others in the call get it: with the sender's members, in `data` as well, where `values` are set, too. */
  textFrom(caller: CallerPrincipal, values: Readonly<Record<string, string>>): Buffer;
}

/** The form in which names of types and members are compared: `UserIds` equals `user_ids`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** The member `data` of a message that the Omikron itself handles. */
export class MessageData {
  private constructor(private readonly members: ReadonlyMap<string, unknown>) {}

  /** Empty for anything but an object. */
  static of(data: unknown): MessageData {
    const entries = typeof data === 'object' && data !== null && !Array.isArray(data) ? Object.entries(data) : [];
    return new MessageData(new Map(entries.map(([name, value]) => [plainName(name), value as unknown])));
  }

  has(name: string): boolean {
    return this.members.has(plainName(name));
  }

  get(name: string): unknown {
    return this.members.get(plainName(name));
  }
}

/**
 * The ids of a list: comma-separated, an array, or the names of an object. Trims them, drops empty ones, and keeps
 * order and spelling.
 */
export function idsOf(value: unknown): string[] {
  const items: unknown[] =
    typeof value === 'string'
      ? value.split(',')
      : Array.isArray(value)
        ? value
        : Object.keys(typeof value === 'object' && value !== null ? value : {});
  return items.flatMap((item) => (typeof item === 'string' && item.trim() !== '' ? [item.trim()] : []));
}
