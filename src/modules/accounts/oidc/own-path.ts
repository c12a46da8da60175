const MAX_LENGTH = 512;
/** Of this server, whatever its name. */
const BASE = 'http://switchboard.invalid';

/**
 * A path of ours with its query, as a browser would understand it; `undefined` for what leads elsewhere, or cannot stand
 * in a header.
 */
export function ownPath(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !/^\/[^\\\s\p{C}]*$/u.test(text) || !URL.canParse(text, BASE)) return undefined;
  const { origin, pathname, search } = new URL(text, BASE);
  // Two slashes begin the name of another server, also where dots between them have gone.
  const path = pathname + search;
  // What browsers keep for us is bounded, too.
  return origin === BASE && !pathname.startsWith('//') && path.length <= MAX_LENGTH ? path : undefined;
}
