import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ThreeNodes } from '../three-nodes.js';

/** What some clients of one protocol believe of who and what is there, by what they were told. */
export interface Picture {
  readonly of: string;
  /** Comings, goings and changes, all on one node; what that cannot do just now is left out. */
  act(node: number): Promise<void>;
  /** What they believe, each the same. */
  believed(): readonly unknown[];
  /** How it is, as the server lists it to whoever asks. */
  read(): Promise<unknown>;
  close(): Promise<void> | void;
}

/** @param at nodes that clients who watch are on; who comes and goes is on `going` to begin with */
export type Painter = (nodes: ThreeNodes, at: readonly number[], going: number) => Promise<Picture>;

/** Does one thing after another; what fails because something is away is not done. */
export async function attempt(...acts: (() => unknown)[]): Promise<void> {
  for (const act of acts) {
    try {
      await Promise.race([act(), sleep(2_000)]);
    } catch {
      // The storm.
    }
  }
}

/** Resolves when everybody believes how it is. @returns milliseconds it took @throws Error saying what differs */
export async function agree(picture: Picture, ms: number): Promise<number> {
  const start = Date.now();
  for (;;) {
    const so = await picture.read().catch((error: unknown) => String(error));
    const believed = picture.believed();
    if (believed.every((each) => isDeepStrictEqual(each, so))) return Date.now() - start;
    if (Date.now() - start > ms) {
      const different = believed.filter((each) => !isDeepStrictEqual(each, so));
      throw new Error(`${picture.of}: ${JSON.stringify(different)} is believed, ${JSON.stringify(so)} is so`);
    }
    await sleep(100);
  }
}

let names = 0;
/** A name that nobody had. */
export const newName = (what: string): string => `${what}-${++names}`;
