import { vi } from 'vitest';

/** As long as the tests' clients wait: vitest's default of one second is too short for a busy machine. */
const PATIENCE_MS = 20_000;

const { waitFor } = vi;
const patiently: typeof waitFor = (callback, options) => waitFor(callback, options ?? PATIENCE_MS);

// This file is loaded once per spec, in one process.
if (waitFor.name !== patiently.name) vi.waitFor = patiently;
