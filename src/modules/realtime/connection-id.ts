/** The id that admins see: the connection's node and its serial number there. */
export const connectionId = (node: string, serial: number): string => `${node}-${serial.toString(36)}`;

export function parseConnectionId(id: string): { readonly node: string; readonly serial: number } {
  const [node = '', serial = ''] = id.split('-');
  return { node, serial: parseInt(serial, 36) };
}
