import { type JsonObjectText } from '../../common/json/json-object-text.js';

/** Names of types and members are compared like this: `UserIds` is `user_ids`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

/** The member `data` of a message that the Omikron itself handles. */
export class MessageData {
  private constructor(private readonly members: ReadonlyMap<string, unknown>) {}

  /** Without an object `data` it is empty. Names as the scanner was told, which knows `data`. */
  static of(message: JsonObjectText): MessageData {
    const data = message.parse('data');
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

/** The JSON text of a message's id, to be repeated in the answer; `undefined` when it has none. */
export function replyId(message: JsonObjectText): string | undefined {
  return message.textOf('id')?.toString('utf8');
}
