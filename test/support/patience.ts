import { vi } from 'vitest';

/** As long as `expectNext` waits; the second that vitest gives is too short for a busy machine. */
const PATIENCE_MS = 20_000;

const { waitFor } = vi;
vi.waitFor = (callback, options) => waitFor(callback, options ?? PATIENCE_MS);
