/** Node has WebSocket from version 22 on; before that, the package `ws` is used. */
export async function webSocketClass(): Promise<typeof WebSocket> {
  const found = (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  if (found) return found;
  // Its class has the parts of the standard's that are used here.
  const ws: { readonly WebSocket: unknown } = await import('ws');
  return ws.WebSocket as typeof WebSocket;
}
