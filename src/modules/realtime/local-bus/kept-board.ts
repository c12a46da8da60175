import { type BoardBeat } from '../node-board.js';
import { type BusCall } from './bus-messages.js';

type BoardCall = Extract<BusCall, readonly [`board.${string}`, ...unknown[]]>;

interface Note<Owner> {
  readonly owner: Owner;
  readonly at: number;
  readonly text: string;
}

/** Releases are remembered this long, in milliseconds. */
const RELEASE_MEMORY_MS = 60 * 60_000;

/** The board of heartbeats, kept for the workers of one machine. */
export class KeptBoard<Owner> {
  private readonly notes = new Map<string, Note<Owner>>();
  /** When each incarnation was taken for dead. */
  private readonly releases = new Map<string, number>();

  run(owner: Owner, call: BoardCall): unknown {
    const [method, incarnation] = call;
    switch (method) {
      case 'board.beat':
        this.notes.set(incarnation, { owner, at: performance.now(), text: call[2] });
        return this.beats();
      case 'board.remove':
        this.notes.delete(incarnation);
        return undefined;
      case 'board.claimRelease':
        return this.claimRelease(incarnation);
      case 'board.released':
        return undefined;
      case 'board.isReleased':
        return this.releases.has(incarnation);
    }
  }

  /** Its process has ended: nobody has to wait for its silence. */
  release(owner: Owner): void {
    for (const [incarnation, note] of this.notes) if (note.owner === owner) this.notes.delete(incarnation);
  }

  private beats(): BoardBeat[] {
    const now = performance.now();
    return [...this.notes].map(([incarnation, { at, text }]) => ({ incarnation, age: now - at, text }));
  }

  /** A worker whose process lives is not dead, however silent it is: the primary would know. */
  private claimRelease(incarnation: string): boolean {
    if (this.notes.has(incarnation)) return false;
    const now = performance.now();
    for (const [old, at] of this.releases) if (now - at > RELEASE_MEMORY_MS) this.releases.delete(old);
    if (this.releases.has(incarnation)) return false;
    this.releases.set(incarnation, now);
    return true;
  }
}
