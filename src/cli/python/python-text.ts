/** Names and texts as Python writes them. */

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
    'import in is lambda nonlocal not or pass raise return try while with yield self'
  ).split(' '),
);

const WIDTH = 116;

/** `Idempotency-Key` and `idempotencyKey` become `idempotency_key`. @throws when that is not a name in Python */
export function snakeCase(name: string): string {
  const snake = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
  return identifier(KEYWORDS.has(snake) ? `${snake}_` : snake);
}

/** `roomMessages` becomes `RoomMessages`. */
export const pascalCase = (name: string): string => identifier(name.charAt(0).toUpperCase() + name.slice(1));

export const isIdentifier = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name);

/** @throws when it is code rather than a name */
export function identifier(name: string): string {
  if (!isIdentifier(name)) throw new Error(`No name in Python: ${name}`);
  return name;
}

/** A string literal. */
export function literal(text: string): string {
  const escaped = JSON.stringify(text)
    .slice(1, -1)
    .replace(/\\"/g, '"')
    .replace(/'/g, String.raw`\'`);
  return `'${escaped}'`;
}

/** The lines of a docstring. */
export function docstring(text: string | undefined, indent: string): string[] {
  const safe = (text ?? '').trim().replace(/\\/g, '\\\\').replace(/"/g, "'");
  if (safe === '') return [];
  const lines = safe.split('\n').flatMap((line) => wrapped(line, WIDTH - indent.length));
  if (lines.length === 1) return [`${indent}"""${lines[0]}"""`];
  return [`${indent}"""`, ...lines.map((line) => (indent + line).trimEnd()), `${indent}"""`];
}

export function comment(text: string | undefined, indent: string): string[] {
  const lines = (text ?? '').trim().split('\n');
  if (lines.length === 1 && lines[0] === '') return [];
  return lines
    .flatMap((line) => wrapped(line, WIDTH - indent.length - 2))
    .map((line) => `${indent}# ${line}`.trimEnd());
}

function wrapped(line: string, width: number): string[] {
  const lines = [''];
  for (const word of line.trim().split(/\s+/)) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
