import { type ConnectionPlaces, PLACES } from '../realtime/connection-filter.js';
import { type ConnectionSnapshot, type EndedConnection } from './connection-snapshot.js';

/** Events kept per watched connection. */
const KEPT = 200;

/** Something that happened to one connection. Survives structured cloning. */
export interface TimelineEvent {
  /** RFC 3339. */
  readonly at: string;
  readonly what: 'connected' | 'admitted' | 'present' | 'joined' | 'left' | 'refused' | 'slowed' | 'closed';
  readonly detail: string | null;
}

/** What has happened to one connection since it is watched, preceded by what is known of every connection. */
export class ConnectionTimeline {
  private readonly events: TimelineEvent[];
  /** Number of the oldest event kept. */
  private first = 0;
  private places: readonly string[];

  constructor(snapshot: ConnectionSnapshot, now: number) {
    this.events = knownOf(snapshot);
    this.places = namesOf(snapshot.places);
    for (const place of this.places) this.add(now, 'present', place);
  }

  /** Number of the next event. */
  get next(): number {
    return this.first + this.events.length;
  }

  /** The events from number `from` on. */
  since(from: number): readonly TimelineEvent[] {
    return this.events.slice(Math.max(0, from - this.first));
  }

  add(at: number, what: TimelineEvent['what'], detail: string | null): void {
    this.events.push({ at: new Date(at).toISOString(), what, detail });
    if (this.events.length <= KEPT) return;
    this.events.shift();
    this.first++;
  }

  /** Compares with its places when it was last looked at. */
  compare({ admittedAt, principal, places }: ConnectionSnapshot, now: number): void {
    if (admittedAt !== null && !this.events.some(({ what }) => what === 'admitted') && this.first === 0)
      this.add(admittedAt, 'admitted', principal?.label ?? null);
    const there = namesOf(places);
    for (const place of this.places) if (!there.includes(place)) this.add(now, 'left', place);
    for (const place of there) if (!this.places.includes(place)) this.add(now, 'joined', place);
    this.places = there;
  }
}

/** What is known of a connection that nobody watched. */
export const timelineOf = (ended: EndedConnection): TimelineEvent[] => [...knownOf(ended), closingOf(ended)];

export function closingOf({ endedAt, endedBy, code, reason }: Omit<EndedConnection, keyof ConnectionSnapshot>) {
  const how = [`by the ${endedBy}`, ...(code === null ? [] : [`code ${code}`]), ...(reason === null ? [] : [reason])];
  return { at: new Date(endedAt).toISOString(), what: 'closed', detail: how.join(', ') } as const;
}

function knownOf({ connectedAt, admittedAt, address, principal }: ConnectionSnapshot): TimelineEvent[] {
  const connected = { at: new Date(connectedAt).toISOString(), what: 'connected', detail: address } as const;
  if (admittedAt === null) return [connected];
  const at = new Date(admittedAt).toISOString();
  return [connected, { at, what: 'admitted', detail: principal?.label ?? null }];
}

/** Each place by its first name, e.g. `room lobby`. */
const namesOf = (places: ConnectionPlaces): string[] =>
  PLACES.flatMap((kind) =>
    (places[kind] ?? []).slice(0, kind === 'circle' ? Infinity : 1).map((name) => `${kind} ${name}`),
  );
