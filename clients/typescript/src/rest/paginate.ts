interface Page {
  readonly items: readonly unknown[];
  readonly nextCursor: string | null;
}

// Parameters are bivariant in `never`: whatever a list takes, it is a list.
type List = (options: never) => Promise<Page | undefined>;

/** What the pages of a list hold. */
type ItemOf<L extends List> = NonNullable<Awaited<ReturnType<L>>>['items'][number];

/**
 * Every item of a list, page after page: `for await (const account of paginate(sdk.accounts.list, { query: { q: 'ada' } }))`.
 * The next page is asked for when the one before has been used up.
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
