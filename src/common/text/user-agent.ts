const MAX_LENGTH = 256;
/** Different ones that are remembered; beyond it they are forgotten and met anew. */
const MAX_KNOWN = 1_000;
const known = new Map<string, string>();

/** What a client calls itself, cut to what is worth keeping; thousands of the same kind share one text. */
export function userAgentOf(header: string | undefined): string | null {
  if (header === undefined || header === '') return null;
  // A copy: what is cut off would stay in memory with a slice.
  const text = header.length > MAX_LENGTH ? Buffer.from(header, 'latin1').toString('latin1', 0, MAX_LENGTH) : header;
  const shared = known.get(text);
  if (shared !== undefined) return shared;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, text);
  return text;
}
