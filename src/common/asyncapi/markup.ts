/** Text of HTML that may stand in a page as it is. */
class Markup {
  constructor(readonly text: string) {}
}

export type { Markup };

type Part = Markup | string | readonly Part[];

/** Markup with texts, which are escaped, and other markup in it. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...parts.map(textOf)));
}

const textOf = (part: Part): string =>
  typeof part === 'string' ? escaped(part) : part instanceof Markup ? part.text : part.map(textOf).join('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
