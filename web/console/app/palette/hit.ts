import { type useNavigate } from '@tanstack/react-router';

export type Navigate = ReturnType<typeof useNavigate>;

/** A destination or an action of the palette. */
export interface Hit {
  /** Unique within its group. */
  readonly key: string;
  readonly text: string;
  /** Distinguishes it from others of the same name. */
  readonly hint?: string;
  readonly run: (navigate: Navigate) => unknown;
}

export interface Group {
  readonly name: string;
  readonly hits: readonly Hit[];
}

/** Whether all words of `text` occur in any of these. */
export function matches(text: string, ...texts: readonly string[]): boolean {
  const all = texts.join(' ').toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
