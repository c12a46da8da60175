/** Node has it from version 22 on; before, the package `ws` stands in. */
export async function webSocketClass(): Promise<typeof WebSocket> {
  const found = (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  if (found) return found;
  // Its class has what is used of the standard's.
  const ws: { readonly WebSocket: unknown } = await import('ws');
  return ws.WebSocket as typeof WebSocket;
}
