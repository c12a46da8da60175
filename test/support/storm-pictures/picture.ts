import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ThreeNodes } from '../three-nodes.js';

/** What some clients of a protocol believe about who and what is there, from what they have been told. */
export interface Picture {
  readonly of: string;
  /** Makes clients come, go and change, all on one node, except for what is impossible right now. */
  act(node: number): Promise<void>;
  /** What each of them believes. */
  believed(): readonly unknown[];
  /** The truth, as the server lists it on request. */
  read(): Promise<unknown>;
  close(): Promise<void> | void;
}

/** @param at nodes of the watching clients; those that come and go start on `going` */
export type Painter = (nodes: ThreeNodes, at: readonly number[], going: number) => Promise<Picture>;

/** Does one thing after another, skipping those that fail because something is unavailable. */
export async function attempt(...acts: (() => unknown)[]): Promise<void> {
  for (const act of acts) {
    try {
      await Promise.race([act(), sleep(2_000)]);
    } catch {
      // Caused by the storm.
    }
  }
}

/** Resolves when all believe the truth. @returns the milliseconds it took @throws Error with the differences */
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
/** A name not used before. */
export const newName = (what: string): string => `${what}-${++names}`;
