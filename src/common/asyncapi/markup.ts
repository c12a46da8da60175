/** HTML that needs no further escaping. */
class Markup {
  constructor(readonly text: string) {}
}

export type { Markup };

type Part = Markup | string | readonly Part[];

/** A template for markup: strings in it are escaped, other markup is inserted as is. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...parts.map(textOf)));
}

const textOf = (part: Part): string =>
  typeof part === 'string' ? escaped(part) : part instanceof Markup ? part.text : part.map(textOf).join('');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
