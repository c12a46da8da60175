/** What admins know a connection by: the node it is on, and its number there. */
export const connectionId = (node: string, serial: number): string => `${node}-${serial.toString(36)}`;

export function parseConnectionId(id: string): { readonly node: string; readonly serial: number } {
  const [node = '', serial = ''] = id.split('-');
  return { node, serial: parseInt(serial, 36) };
}
