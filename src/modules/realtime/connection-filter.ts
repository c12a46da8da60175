import { type Protocol } from './connection.js';
import { type Principal } from './principal.js';

/** What a connection may belong to. */
export const PLACES = ['application', 'room', 'service', 'session', 'circle', 'account'] as const;
export type PlaceName = (typeof PLACES)[number];

/** What a connection belongs to: of each, its id and whatever else it goes by. */
export type ConnectionPlaces = Readonly<Partial<Record<PlaceName, readonly string[]>>>;

/** Absent members do not count; of a place, anything that it goes by. */
export interface ConnectionFilter extends Readonly<Partial<Record<PlaceName | 'protocol' | 'address', string>>> {
  /** Id, label, kind, or `kind:id` of the principal. */
  readonly principal?: string;
  /** Words that all occur in what is known of it, in any case. */
  readonly q?: string;
}

/** What is looked at of a connection, live or ended. */
export interface Filtered {
  readonly protocol: Protocol;
  readonly transport: string;
  readonly address: string;
  readonly principal: Pick<Principal, 'kind' | 'id' | 'label'> | null;
  readonly userAgent: string | null;
}

/**
 * The filter as a test, made once for many connections.
 * @param placesOf asked only where the filter is about what a connection belongs to
 */
export function matcherOf<T extends Filtered>(
  { protocol, address, principal, q, ...places }: ConnectionFilter,
  placesOf: (connection: T) => ConnectionPlaces,
): (connection: T) => boolean {
  const wanted = PLACES.flatMap((name) => (places[name] === undefined ? [] : [{ name, value: places[name] }]));
  const words = q?.toLowerCase().split(/\s+/) ?? [];
  return (connection) => {
    if (protocol !== undefined && protocol !== connection.protocol) return false;
    if (address !== undefined && address !== connection.address) return false;
    if (principal !== undefined && !namesOf(connection).includes(principal)) return false;
    if (wanted.length === 0 && words.length === 0) return true;
    const known = placesOf(connection);
    if (!wanted.every(({ name, value }) => known[name]?.includes(value))) return false;
    if (words.length === 0) return true;
    return words.every((word) => isSaidIn(word, textsOf(connection, known)));
  };
}

function* textsOf(connection: Filtered, known: ConnectionPlaces): Generator<string> {
  yield* namesOf(connection);
  for (const texts of Object.values(known)) yield* texts;
  yield* [connection.protocol, connection.transport, connection.address, connection.userAgent ?? ''];
}

/** Text by text: most are short, and one that has the word spares the others. */
function isSaidIn(word: string, texts: Iterable<string>): boolean {
  for (const text of texts) if (text.toLowerCase().includes(word)) return true;
  return false;
}

function namesOf({ principal }: Filtered): string[] {
  if (principal === null) return [];
  const { kind, id, label } = principal;
  return [id, label, kind, `${kind}:${id}`];
}
