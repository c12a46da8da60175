import { fits, MAX_CHARACTERS } from '../../text/characters.js';

/**
 * Why `value` cannot be stored as text, or `undefined`: PostgreSQL refuses U+0000, and a lone surrogate has no UTF-8
 * encoding.
 */
export function textFault(value: string): string | undefined {
  if (value.includes('\u0000')) return 'must not contain U+0000';
  return /\p{Surrogate}/u.test(value) ? 'must be well-formed Unicode' : undefined;
}

/** Joiners where they are needed: between letters of scripts that use them, and inside an emoji. */
const JOINERS =
  /(?<=[\p{L}\p{M}])(?<![\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Inherited}])[\u200c\u200d](?=[\p{L}\p{M}])|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})/gu;

/** Variation selectors after a character that has variants: an emoji, a keycap, or a Chinese or Mongolian character. */
const SELECTORS =
  /(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[\d#*])\ufe0f(?=\u20e3)|(?<=\p{Script=Han})[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]|(?<=\p{Script=Mongolian})[\u180b-\u180d\u180f]/gu;

/**
 * Characters that are invisible or only change direction, including letters (the Hangul fillers) and Braille's blank.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/u;

/**
 * Why `value` must not be shown as a name, or `undefined`: invisible characters, and those that change the direction of
 * their neighbors, make different names look the same.
 */
export function nameFault(value: string): string | undefined {
  if (UNSEEN.test(value.replace(JOINERS, '').replace(SELECTORS, ''))) {
    return 'must not contain control, invisible or direction-changing characters';
  }
  return textFault(value);
}

const KEPT_OR_UNSEEN = new RegExp(`(${JOINERS.source}|${SELECTORS.source})|${UNSEEN.source}|\\p{Surrogate}`, 'gu');
const ALL_UNSEEN = new RegExp(`${UNSEEN.source}|\\p{Surrogate}`, 'gu');

/**
 * Makes a name chosen by others fit to show, with at most `max` characters; may be empty. Characters that `nameFault`
 * refuses, and runs of white space, become one space.
 */
export function shownName(value: string, max: number): string {
  const cut = Array.from(
    value
      .replace(KEPT_OR_UNSEEN, (_match, kept?: string) => kept ?? ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
    .slice(0, max)
    .join('');
  // Cutting may have separated a joiner from one of its neighbors.
  return (nameFault(cut) === undefined ? cut : cut.replace(ALL_UNSEEN, ' ').replace(/\s+/g, ' ')).trim();
}

/** Why `value` is not a calendar date `YYYY-MM-DD` of the years 0001 to 9999, or `undefined`. */
export function dateFault(value: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value);
  if (!match || match[1] === '0000') return 'must be a date YYYY-MM-DD';
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value) ? undefined : 'must be a real date';
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Why `value` is not a point in time as in RFC 3339, with offset, or `undefined`. */
export function timeFault(value: string): string | undefined {
  const valid = RFC_3339.test(value) && dateFault(value.slice(0, 10)) === undefined && !Number.isNaN(Date.parse(value));
  return valid ? undefined : 'must be a time such as 2026-01-31T12:00:00Z';
}

/** A UUID of any version, in upper or lower case. */
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Why `identity` is not valid, or `undefined`: it must be storable text of at most 100 characters (code points). */
export function identityFault(identity: unknown): string | undefined {
  if (typeof identity !== 'string') return 'must be a string';
  const { identity: max } = MAX_CHARACTERS;
  if (!fits(identity, max)) return `must have at most ${max} characters`;
  return textFault(identity);
}
