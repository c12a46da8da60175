/** Every text must occur, or a test would run something other than what we ship. */
export function replaceAll(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((site, [from, to]) => {
    if (!site.includes(from)) throw new Error(`there is no «${from}» in what we ship`);
    return site.replaceAll(from, to);
  }, text);
}
