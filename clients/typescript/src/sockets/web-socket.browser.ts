export function webSocketClass(): Promise<typeof WebSocket> {
  return Promise.resolve(globalThis.WebSocket);
}
