import { type Page } from './paging/cursor.js';

/** What has the members of a DTO, and may have more; points in time are still dates. */
type Source<D> = { readonly [K in keyof D]: D[K] | (string extends D[K] ? Date : never) };

/**
 * The members that the class declares, out of `source`: nothing else of it gets out. Dates become RFC 3339. Classes that
 * are made of others (`OmitType`) declare none.
 */
export function toDto<D extends object>(type: new () => D, source: Source<NoInfer<D>>): D {
  const dto = new type();
  for (const member of Object.keys(dto) as (keyof D)[]) {
    const value: unknown = source[member];
    dto[member] = (value instanceof Date ? value.toISOString() : value) as D[typeof member];
  }
  return dto;
}

export function toDtoPage<D extends object>(type: new () => D, page: Page<Source<NoInfer<D>>>): Page<D> {
  return { items: page.items.map((item) => toDto(type, item)), nextCursor: page.nextCursor };
}
