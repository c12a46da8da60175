let lastTime = NaN;
let lastText = '';

/**
 * ISO 8601 in UTC with microseconds and offset: `2025-01-23T12:34:56.123000+00:00`. Cached for messages of the same
 * millisecond.
 */
export function isoMicroseconds(time: number): string {
  if (time !== lastTime) {
    lastTime = time;
    lastText = `${new Date(time).toISOString().slice(0, -1)}000+00:00`;
  }
  return lastText;
}
