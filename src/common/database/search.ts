import { And, type FindOperator, ILike } from 'typeorm';

/** `LIKE` patterns for a case-insensitive search: one per word of `q`, matching anywhere. */
export function wordPatterns(q: string): string[] {
  const words = q.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
}

/** For a `where`: matches texts that contain every word of `q`, ignoring case. */
export const containing = (q: string): FindOperator<string> => And(...wordPatterns(q).map((pattern) => ILike(pattern)));
