import { And, type FindOperator, ILike } from 'typeorm';

/** For a `LIKE` in any case: one pattern for each word of `q`, which may stand anywhere. */
export function wordPatterns(q: string): string[] {
  const words = q.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
}

/** For a `where`: texts that contain every word of `q`, in any case. */
export const containing = (q: string): FindOperator<string> => And(...wordPatterns(q).map((pattern) => ILike(pattern)));
