import { type HistoryPage } from './room-messages.service.js';
import { encodeCursor } from './room-message.dto.js';

/** JSON text of a page of history. Assembled by hand, because messages are kept as text and must not be reformatted. */
export function historyJson({ messages, head, hasMore }: HistoryPage): string {
  const items = messages.map(
    ({ offset, message, identity, timestamp }) =>
      `{"offset":${offset},"message":${message},"identity":${JSON.stringify(identity)},` +
      `"timestamp":"${new Date(timestamp).toISOString()}"}`,
  );
  const last = messages.at(-1);
  const nextCursor = hasMore && last ? encodeCursor(head.epoch, last.offset) : null;
  return (
    `{"items":[${items.join(',')}],"nextCursor":${JSON.stringify(nextCursor)},` +
    `"epoch":"${head.epoch}","offset":${head.last}}`
  );
}
