const MAX_LENGTH = 256;
/** How many different texts are remembered; when there are more, all are forgotten. */
const MAX_KNOWN = 1_000;
const known = new Map<string, string>();

/**
 * The User-Agent header, cut to a reasonable length. Equal texts are shared, because thousands of clients send the same
 * one.
 */
export function userAgentOf(header: string | undefined): string | null {
  if (header === undefined || header === '') return null;
  // A copy, because a slice would keep the whole header in memory.
  const text = header.length > MAX_LENGTH ? Buffer.from(header, 'latin1').toString('latin1', 0, MAX_LENGTH) : header;
  const shared = known.get(text);
  if (shared !== undefined) return shared;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, text);
  return text;
}
