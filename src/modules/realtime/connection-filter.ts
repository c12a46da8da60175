import { type Protocol } from './connection.js';
import { type Principal } from './principal.js';

/** What a connection may belong to. */
export const PLACES = ['application', 'room', 'service', 'session', 'circle', 'account'] as const;
export type PlaceName = (typeof PLACES)[number];

/** What a connection belongs to: for each place its id and any other names it goes by. */
export type ConnectionPlaces = Readonly<Partial<Record<PlaceName, readonly string[]>>>;

/** Absent members match everything; a place matches by any of its names. */
export interface ConnectionFilter extends Readonly<Partial<Record<PlaceName | 'protocol' | 'address', string>>> {
  /** Id, label, kind, or `kind:id` of the principal. */
  readonly principal?: string;
  /** Words that must all occur somewhere in what is known of the connection; case does not matter. */
  readonly q?: string;
}

/** The parts of a live or ended connection that a filter looks at. */
export interface Filtered {
  readonly protocol: Protocol;
  readonly transport: string;
  readonly address: string;
  readonly principal: Pick<Principal, 'kind' | 'id' | 'label'> | null;
  readonly userAgent: string | null;
}

/**
 * Turns a filter into a predicate to be reused for many connections.
 * @param placesOf called only when the filter needs to know what a connection belongs to
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

/** Searches text by text: most are short, and the first hit ends the search. */
function isSaidIn(word: string, texts: Iterable<string>): boolean {
  for (const text of texts) if (text.toLowerCase().includes(word)) return true;
  return false;
}

function namesOf({ principal }: Filtered): string[] {
  if (principal === null) return [];
  const { kind, id, label } = principal;
  return [id, label, kind, `${kind}:${id}`];
}
