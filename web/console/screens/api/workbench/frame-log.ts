import { batched } from '../../../../ui/batch.js';

export interface Frame {
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `note`: not a frame, but news of the socket. */
  readonly direction: 'in' | 'out' | 'note';
  readonly text: string;
  readonly bytes: number;
  /** Its name in the contract. */
  readonly name: string | undefined;
}

export interface Shown {
  readonly frames: readonly Frame[];
  readonly paused: boolean;
  /** Frames that have come since it was paused. */
  readonly behind: number;
}

const MOST = 500;
const STEP_MS = 100;
const encoder = new TextEncoder();

/** The last frames of both directions, the newest first. While paused it keeps collecting, but shows the same ones. */
export class FrameLog {
  private frames: readonly Frame[] = [];
  private nextId = 1;
  private since: number | undefined;
  private shown: Shown = { frames: [], paused: false, behind: 0 };
  private readonly listeners = new Set<() => void>();
  private readonly redraw = batched(() => {
    this.show();
  }, STEP_MS);

  readonly get = (): Shown => this.shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(direction: Frame['direction'], text: string, name?: string): void {
    const bytes = encoder.encode(text).length;
    const frame = { id: this.nextId++, at: Date.now(), direction, text, bytes, name };
    this.frames = [frame, ...this.frames].slice(0, MOST);
    this.redraw();
  }

  pause(isPaused: boolean): void {
    this.since = isPaused ? this.nextId : undefined;
    this.show();
  }

  clear(): void {
    this.frames = [];
    if (this.since !== undefined) this.since = this.nextId;
    this.show(true);
  }

  private show(anew = false): void {
    const isPaused = this.since !== undefined;
    this.shown = {
      frames: isPaused && this.shown.paused && !anew ? this.shown.frames : this.frames,
      paused: isPaused,
      behind: this.since === undefined ? 0 : this.nextId - this.since,
    };
    for (const listener of this.listeners) listener();
  }
}
