const MAX_LENGTH = 512;
/** Stands for this server, whatever its name. */
const BASE = 'http://switchboard.invalid';

/**
 * A path on this server with its query, as a browser would understand it; `undefined` when it leads elsewhere or cannot
 * be sent in a header.
 */
export function ownPath(text: string): string | undefined {
  if (text.length > MAX_LENGTH || !/^\/[^\\\s\p{C}]*$/u.test(text) || !URL.canParse(text, BASE)) return undefined;
  const { origin, pathname, search } = new URL(text, BASE);
  // Two slashes begin another host's name, possibly only after dots between them were resolved.
  const path = pathname + search;
  // The browser stores it for us, so its length is limited too.
  return origin === BASE && !pathname.startsWith('//') && path.length <= MAX_LENGTH ? path : undefined;
}
