/** The changes that `openapi/breaking.md` allows, each a list item: the change as code, a colon, and the reason. */
export function acceptedBreaks(markdown: string): string[] {
  return [...markdown.matchAll(/^- `([^`]+)`: \S.*$/gm)].map(([, change = '']) => change);
}

/** Found changes that are not allowed, and allowed ones that were not found: nothing may be allowed in advance. */
export function judge(found: readonly string[], accepted: readonly string[]): string[] {
  return [
    ...found.filter((each) => !accepted.includes(each)).map((each) => `Breaks clients: ${each}`),
    ...accepted.filter((each) => !found.includes(each)).map((each) => `Listed, but not so: ${each}`),
  ];
}
