import { type BoardBeat, type ReleaseClaim } from '../node-board.js';
import { type BusCall } from './bus-messages.js';

type BoardCall = Extract<BusCall, readonly [`board.${string}`, ...unknown[]]>;

interface Note<Owner> {
  readonly owner: Owner;
  readonly at: number;
  readonly text: string;
}

interface Release {
  readonly by: string;
  readonly at: number;
  done: boolean;
}

/** Releases are remembered this long, in milliseconds. */
const RELEASE_MEMORY_MS = 60 * 60_000;
/** A claim to release holds this long, in milliseconds; then another may go on. */
const CLAIM_MS = 30_000;

/** The board of heartbeats, kept for the workers of one machine. */
export class KeptBoard<Owner> {
  private readonly notes = new Map<string, Note<Owner>>();
  private readonly releases = new Map<string, Release>();

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
        return this.claimRelease(incarnation, call[2]);
      case 'board.released': {
        const release = this.releases.get(incarnation);
        if (release !== undefined) release.done = true;
        return undefined;
      }
      case 'board.isTakenForDead':
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
  private claimRelease(incarnation: string, by: string): ReleaseClaim {
    if (this.notes.has(incarnation)) return 'busy';
    const now = performance.now();
    for (const [old, { at }] of this.releases) if (now - at > RELEASE_MEMORY_MS) this.releases.delete(old);
    const release = this.releases.get(incarnation);
    if (release?.done) return 'done';
    if (release !== undefined && release.by !== by && now - release.at < CLAIM_MS) return 'busy';
    this.releases.set(incarnation, { by, at: now, done: false });
    return 'mine';
  }
}
