/** The changes that `openapi/breaking.md` allows, each a line of a list: the change as code, a colon, and why. */
export function acceptedBreaks(markdown: string): string[] {
  return [...markdown.matchAll(/^- `([^`]+)`: \S.*$/gm)].map(([, change = '']) => change);
}

/** What is wrong between the changes that were found and those that are allowed; nothing may be allowed in advance. */
export function judge(found: readonly string[], accepted: readonly string[]): string[] {
  return [
    ...found.filter((each) => !accepted.includes(each)).map((each) => `Breaks clients: ${each}`),
    ...accepted.filter((each) => !found.includes(each)).map((each) => `Listed, but not so: ${each}`),
  ];
}
