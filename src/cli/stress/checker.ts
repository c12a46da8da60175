import { type Heard } from './peers/clients.js';

/** What must hold, in the order of the report. */
export const INVARIANTS = {
  settled:
    'every message of a durable room is acknowledged in the end, and every reader gets to the end of its history',
  acknowledged: 'every acknowledged message is in the history exactly once, at the offset of its acknowledgement',
  offsets: 'the offsets of a history are 1, 2, 3, … without gaps',
  genuine: 'a history holds only what was sent, as it was sent',
  sequence: 'every reader of a durable room has heard exactly its history, in its order',
  relayed: 'every reader of another room has heard nothing twice and nothing invented, each writer in order',
  order: 'readers of another room agree on the order of what they both heard',
  delivered: 'a reader that stayed connected has heard everything acknowledged (not checked when processes are ended)',
  protocol:
    'no refused handshake with a valid code, no close 1011, no error except `database_unavailable`, every recovery granted',
  malformed: 'everything malformed is refused as documented, and only its own connection ends',
  connections: 'when everybody has left, every room is empty',
} as const;
export type Invariant = keyof typeof INVARIANTS;

export interface Violation {
  readonly invariant: Invariant;
  readonly room?: string;
  readonly client?: string;
  readonly detail: string;
}

export interface RoomRecord {
  readonly name: string;
  readonly durable: boolean;
  /** Ascending as the server lists it; empty in a room that keeps nothing. */
  readonly history: readonly Heard[];
  readonly writers: readonly { readonly name: string; readonly acked: ReadonlyMap<string, number | null> }[];
  readonly readers: readonly {
    readonly name: string;
    readonly heard: readonly Heard[];
    /** Whether its first connection was its only one. */
    readonly stayed: boolean;
  }[];
}

/** Violations reported per invariant and client. */
const MOST = 3;

/** Violations in a room's record. `complete`: no process was killed, so nothing relayed may be missing. */
export function checkRoom(room: RoomRecord, complete: boolean): Violation[] {
  return room.durable ? checkDurable(room) : checkPlain(room, complete);
}

function checkDurable(room: RoomRecord): Violation[] {
  const places = new Map<string, number[]>();
  for (const { id, offset } of room.history) {
    if (id !== undefined) places.set(id, [...(places.get(id) ?? []), offset]);
  }
  return [
    ...offsets(room),
    ...genuine(room),
    ...room.writers.flatMap((writer) => acknowledged(room, writer, places)),
    ...room.readers.flatMap((reader) => sequence(room, reader)),
  ];
}

const violations = (room: RoomRecord, invariant: Invariant, details: readonly string[], client?: string): Violation[] =>
  details
    .slice(0, MOST)
    .map((detail) => ({ invariant, room: room.name, ...(client !== undefined && { client }), detail }));

function offsets(room: RoomRecord): Violation[] {
  const wrong = room.history.filter(({ offset }, i) => offset !== i + 1).map(({ offset }) => offset);
  return violations(
    room,
    'offsets',
    wrong.slice(0, 1).map((offset) => `the first offset out of place is ${offset}`),
  );
}

function genuine(room: RoomRecord): Violation[] {
  const foreign = room.history.filter(({ id }) => id === undefined);
  return violations(
    room,
    'genuine',
    foreign.map(({ offset }) => `the message at ${offset} was never sent in this form`),
  );
}

function acknowledged(
  room: RoomRecord,
  { name, acked }: RoomRecord['writers'][number],
  places: ReadonlyMap<string, readonly number[]>,
): Violation[] {
  const details: string[] = [];
  for (const [id, offset] of acked) {
    const found = places.get(id) ?? [];
    if (found.length === 0)
      details.push(`${id}, acknowledged at ${offset ?? 'no offset'}, is missing from the history`);
    else if (found.length > 1) details.push(`${id} is in the history at ${found.join(' and ')}`);
    else if (found[0] !== offset)
      details.push(`${id}, acknowledged at ${offset ?? 'no offset'}, is at ${found[0] ?? 0}`);
  }
  // Messages that were never acknowledged may be stored, but not twice.
  for (const [id, found] of places) {
    if (id.startsWith(`${name}:`) && !acked.has(id) && found.length > 1) {
      details.push(`${id} is in the history at ${found.join(' and ')}`);
    }
  }
  return violations(room, 'acknowledged', details, name);
}

/** Only the first deviation, by its kind; the rest would only repeat it. */
function sequence(room: RoomRecord, { name, heard }: RoomRecord['readers'][number]): Violation[] {
  const { history } = room;
  const at = Array.from({ length: Math.max(heard.length, history.length) }).findIndex(
    (_each, i) => heard[i]?.offset !== history[i]?.offset || heard[i]?.id !== history[i]?.id,
  );
  if (at < 0) return [];
  const [got, due] = [heard[at], history[at]];
  return violations(room, 'sequence', [deviation(heard, at, got, due)], name);
}

function deviation(heard: readonly Heard[], at: number, got: Heard | undefined, due: Heard | undefined): string {
  const where = `after ${at} messages`;
  if (got === undefined) return `gap ${where}: never heard the rest, from offset ${due?.offset ?? 0} on`;
  if (heard.slice(0, at).some(({ offset }) => offset === got.offset))
    return `duplicate ${where}: offset ${got.offset} again`;
  if (due === undefined) return `invented ${where}: offset ${got.offset} is not in the history`;
  if (got.offset === due.offset) return `altered ${where}: offset ${got.offset} is another message in the history`;
  const later = heard.slice(at).some(({ offset }) => offset === due.offset);
  const kind = later ? 'reorder' : 'gap';
  return `${kind} ${where}: heard offset ${got.offset} where ${due.offset} was due`;
}

function checkPlain(room: RoomRecord, complete: boolean): Violation[] {
  const [first, ...others] = [...room.readers].sort((one, other) => other.heard.length - one.heard.length);
  return [
    ...room.readers.flatMap((reader) => relayed(room, reader)),
    ...(first ? others.flatMap((reader) => order(room, first, reader)) : []),
    ...(complete ? room.readers.flatMap((reader) => delivered(room, reader)) : []),
  ];
}

function relayed(room: RoomRecord, { name, heard }: RoomRecord['readers'][number]): Violation[] {
  const details: string[] = [];
  const last = new Map<string, number>();
  const seen = new Set<string>();
  for (const { id } of heard) {
    if (id === undefined) {
      details.push('heard something that was never sent in this form');
      continue;
    }
    const [writer = '', number = ''] = id.split(':');
    if (seen.has(id)) details.push(`duplicate: ${id}`);
    else if (Number(number) < (last.get(writer) ?? -1))
      details.push(`reorder: ${id} after ${writer}:${last.get(writer) ?? 0}`);
    seen.add(id);
    last.set(writer, Math.max(Number(number), last.get(writer) ?? -1));
  }
  return violations(room, 'relayed', details, name);
}

type Audience = RoomRecord['readers'][number];

function order(room: RoomRecord, reference: Audience, reader: Audience): Violation[] {
  const places = new Map(reference.heard.map(({ id }, i) => [id, i]));
  let last = -1;
  for (const { id } of reader.heard) {
    const place = places.get(id);
    if (place === undefined) continue;
    if (place < last) {
      return violations(room, 'order', [`heard ${id ?? ''} later than ${reference.name} did`], reader.name);
    }
    last = place;
  }
  return [];
}

function delivered(room: RoomRecord, { name, heard, stayed }: Audience): Violation[] {
  if (!stayed) return [];
  const seen = new Set(heard.map(({ id }) => id));
  const missing = room.writers.flatMap(({ acked }) => [...acked.keys()].filter((id) => !seen.has(id)));
  const details = missing.length === 0 ? [] : [`gap: never heard ${missing.length} messages, e.g. ${missing[0] ?? ''}`];
  return violations(room, 'delivered', details, name);
}
