interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

// Parameters are bivariant in `never`, so this accepts any list method.
type List = (options: never) => Promise<Page | undefined>;

/** The items on the pages of a list. */
type ItemOf<L extends List> = NonNullable<Awaited<ReturnType<L>>>['items'][number];

/**
 * Every item of a list, page after page: `for await (const account of paginate(sdk.accounts.list, { query: { q: 'ada' }
 * }))`. The next page is requested when the previous one has been used up.
 */
export async function* paginate<L extends List>(
  list: L,
  ...[options]: Parameters<L>
): AsyncGenerator<ItemOf<L>, void, undefined> {
  const first = options as { readonly query?: object } | undefined;
  let cursor: string | null | undefined;
  do {
    const query = { ...first?.query, ...(cursor !== undefined && { cursor }) };
    const page: Page | undefined = await list({ ...first, query } as never);
    yield* (page?.items ?? []) as ItemOf<L>[];
    cursor = page?.nextCursor;
  } while (typeof cursor === 'string');
}
