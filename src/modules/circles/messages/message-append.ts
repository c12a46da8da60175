import { byteStrings, integers, texts } from '../../database/binary-arrays.js';

/** A message to be stored. */
export interface NewMessage {
  readonly conversationId: number;
  readonly author: { readonly kind: 'user' | 'device'; readonly id: number };
  readonly text: string;
  /** Names of files that will be uploaded. */
  readonly files: readonly string[];
  readonly client: { readonly id: string; readonly digest: Buffer } | null;
}

export interface Appended {
  readonly outcome: 'stored' | 'repeated' | 'conflict' | 'no-conversation' | 'not-taking-part';
  /** 0 where there is none. */
  readonly messageId: number;
  readonly previousId: number;
  readonly linkId: number;
  readonly sentAt: Date;
  readonly media: readonly { readonly id: number; readonly identifier: string }[];
}

/** The database's answer to a batch. */
export interface AppendedRow {
  readonly at: Date;
  /** By conversation; `null` when it does not exist. */
  readonly heads: readonly (number | null)[];
  /** By author; `null` for those who do not take part. */
  readonly links: readonly (number | null)[];
  readonly ids: readonly number[] | null;
  readonly known: readonly { number: number; id: number; same: boolean; at: number }[] | null;
  readonly media: readonly { messageId: number; id: number; identifier: string }[] | null;
}

/** What the messages of a batch have in common; indexes start at 0. */
interface BatchShape {
  readonly conversations: readonly number[];
  readonly authors: readonly { readonly place: number; readonly author: NewMessage['author'] }[];
  /** Index of the author, by message. */
  readonly authorOf: readonly number[];
}

/** Parameters of `append_conversation_messages`. */
export function appendParameters(batch: readonly NewMessage[]): { parameters: unknown[]; shape: BatchShape } {
  const shape = shapeOf(batch);
  const { conversations, authors, authorOf } = shape;
  const ids = (wanted: 'user' | 'device') => {
    return authors.map(({ author: { kind, id } }) => (kind === wanted ? id : null));
  };
  const stored = batch.map(({ text }) => storable(text));
  const parameters = [
    integers(conversations),
    integers(authors.map(({ place }) => place + 1)),
    unlessEmpty(ids('user'), integers),
    unlessEmpty(ids('device'), integers),
    integers(authorOf.map((author) => author + 1)),
    texts(stored.map(({ content }) => content)),
    unlessEmpty(
      stored.map(({ exact }) => exact),
      texts,
    ),
    unlessEmpty(
      batch.map(({ client }) => client?.id ?? null),
      texts,
    ),
    unlessEmpty(
      batch.map(({ client }) => client?.digest ?? null),
      byteStrings,
    ),
    unlessEmpty(
      batch.map(({ files }) => (files.length > 0 ? JSON.stringify(files) : null)),
      texts,
    ),
  ];
  return { parameters, shape };
}

/** One result per message. */
export function resultsOf({ authors, authorOf }: BatchShape, row: AppendedRow): Appended[] {
  const heads = [...row.heads];
  const ids = row.ids?.values();
  const known = new Map(row.known?.map((each) => [each.number, each]));
  const mediaOf = new Map<number, { id: number; identifier: string }[]>();
  for (const { messageId, ...media } of row.media ?? []) {
    const list = mediaOf.get(messageId);
    if (list) list.push(media);
    else mediaOf.set(messageId, [media]);
  }
  return authorOf.map((author, index) => {
    const { place } = authors[author] as BatchShape['authors'][number];
    const previousId = heads[place] ?? null;
    const linkId = row.links[author] ?? null;
    if (previousId === null) return refusal('no-conversation', row.at);
    if (linkId === null) return refusal('not-taking-part', row.at);
    const before = known.get(index + 1);
    if (before) {
      const outcome = before.same ? 'repeated' : 'conflict';
      return { outcome, messageId: before.id, previousId, linkId, sentAt: new Date(before.at), media: [] };
    }
    const messageId = ids?.next().value as number;
    heads[place] = messageId;
    return { outcome: 'stored', messageId, previousId, linkId, sentAt: row.at, media: mediaOf.get(messageId) ?? [] };
  });
}

/** PostgreSQL stores neither U+0000 nor lone surrogates: a text with those is also kept unchanged, as a JSON string. */
export function storable(text: string): { content: string; exact: string | null } {
  const content = text.replace(/\u0000|\p{Surrogate}/gu, '\ufffd');
  return { content, exact: content === text ? null : JSON.stringify(text) };
}

function refusal(outcome: 'no-conversation' | 'not-taking-part', sentAt: Date): Appended {
  return { outcome, messageId: 0, previousId: 0, linkId: 0, sentAt, media: [] };
}

function shapeOf(batch: readonly NewMessage[]): BatchShape {
  const conversations = [...new Set(batch.map(({ conversationId }) => conversationId))].sort((a, b) => a - b);
  const placeOf = new Map(conversations.map((id, place) => [id, place]));
  const authors: BatchShape['authors'][number][] = [];
  const known = new Map<string, number>();
  const authorOf = batch.map(({ conversationId, author }) => {
    const place = placeOf.get(conversationId) as number;
    const name = `${place} ${author.kind} ${author.id}`;
    let index = known.get(name);
    if (index === undefined) {
      index = authors.push({ place, author }) - 1;
      known.set(name, index);
    }
    return index;
  });
  return { conversations, authors, authorOf };
}

function unlessEmpty<T>(
  values: readonly (T | null)[],
  encode: (values: readonly (T | null)[]) => Buffer,
): Buffer | null {
  return values.every((value) => value === null) ? null : encode(values);
}
