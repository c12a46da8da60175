import { type ProcessSeries } from '../modules/observability/metrics.js';
import { type Listening } from '../serve.js';

/** What a worker needs to know to begin. It goes from process to process, never through the environment: it has secrets. */
export interface WorkerStart {
  /** From 0; a worker that takes the place of a dead one has its number. */
  readonly number: number;
  /** Of the open and migrated database. */
  readonly databaseUrl: string;
  /** Connections. */
  readonly databasePool: number;
  readonly port: number;
  /** Folder of the private doors. */
  readonly folder: string;
  /** By worker's number, where siblings reach it. */
  readonly doors: readonly string[];
}

/** From the primary. */
export type WorkerMessage =
  | { readonly kind: 'start'; readonly start: WorkerStart }
  | { readonly kind: 'stop'; readonly reason: string }
  | { readonly kind: 'reload' }
  | { readonly kind: 'measure'; readonly question: number }
  | { readonly kind: 'measured'; readonly series: readonly ProcessSeries[] };

/** To the primary. */
export type PrimaryMessage =
  | { readonly kind: 'hello' }
  | { readonly kind: 'listening'; readonly where: Listening }
  /** It cannot begin. `known`: the message says all there is to say. */
  | { readonly kind: 'failed'; readonly message: string; readonly known: boolean }
  /** Wants the series of all workers. */
  | { readonly kind: 'gather' }
  | { readonly kind: 'measurement'; readonly question: number; readonly series: ProcessSeries };
