import { type CallerPrincipal, type SenderMembers } from './omikron-connection.js';
import { type OmikronEvent, type ReplyId } from './omikron.events.js';

/** A message as far as the domain knows it: what it asks, and how it is passed on. Its text is the gateway's. */
export interface OmikronMessage {
  readonly id: ReplyId;
  readonly data: MessageData;
  /** The ping that it reports, as the text of an integer. */
  readonly ping: string | undefined;
  readonly receiver: string | undefined;
  /** The text between the quotes of `receiver_id`, which nearly always is the receiver. */
  readonly rawReceiver: string | undefined;
  /** By each member that names one: receivers differ in which they read. */
  readonly senders: readonly (string | undefined)[];
  asItCame(): OmikronEvent;
  /** With the sender's members set. */
  from(sender: SenderMembers): OmikronEvent;
  /** As the others in the call get it: it says who it is from, in `data` too, where `values` are set as well. */
  textFrom(caller: CallerPrincipal, values: Readonly<Record<string, string>>): Buffer;
}

/** Names of types and members are compared like this: `UserIds` is `user_ids`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** The member `data` of a message that the Omikron itself handles. */
export class MessageData {
  private constructor(private readonly members: ReadonlyMap<string, unknown>) {}

  /** Of what is no object it is empty. */
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
 * Ids of a list: comma-separated, an array, or the names of an object. Blanks and empty ones are dropped, order and
 * spelling kept.
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
