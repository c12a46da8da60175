import { type useNavigate } from '@tanstack/react-router';

export type Navigate = ReturnType<typeof useNavigate>;

/** Something that the palette leads to, or does. */
export interface Hit {
  /** Unique within its group. */
  readonly key: string;
  readonly text: string;
  /** What tells it from others of the same name. */
  readonly hint?: string;
  readonly run: (navigate: Navigate) => unknown;
}

export interface Group {
  readonly name: string;
  readonly hits: readonly Hit[];
}

/** Whether all words of `text` occur in one of these. */
export function matches(text: string, ...texts: readonly string[]): boolean {
  const all = texts.join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
