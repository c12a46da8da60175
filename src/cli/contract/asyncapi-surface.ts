import { type AsyncApiDocument, type AsyncApiMessage, type Json } from '../../common/asyncapi/async-api.js';
import { resolver, type Schema } from './json-schema.js';
import { type Direction, type Part, type Surface } from './surface.js';

interface Reference {
  readonly $ref: string;
}

/** The channels of an AsyncAPI document, with their addresses, queries and messages in each direction. */
export function asyncApiSurface(document: Pick<AsyncApiDocument, 'channels' | 'operations' | 'components'>): Surface {
  const resolve = resolver(document);
  const messageAt = ({ $ref }: Reference): AsyncApiMessage =>
    resolve((resolve($ref) as Reference).$ref) as Schema & AsyncApiMessage;
  const channels = Object.entries(document.channels).flatMap(([name, { address, bindings }]) => [
    ...part(`channel ${name}`, { direction: 'answered' }),
    ...part(`channel ${name} address ${address}`, { owner: `channel ${name}`, direction: 'answered' }),
    ...queryPart(`channel ${name}`, bindings),
  ]);
  const operations = Object.values(document.operations).flatMap(({ action, channel, bindings, messages, reply }) => {
    const owner = `channel ${lastOf(channel)}`;
    const said = messages.flatMap((message) => {
      const name = `${owner} ${action}s ${lastOf(message)}`;
      const answers = reply?.messages ?? [];
      return [
        ...carried(name, owner, action === 'receive' ? 'sent' : 'answered', messageAt(message)),
        ...answers.flatMap((each) => carried(`${name} and answers ${lastOf(each)}`, name, 'answered', messageAt(each))),
      ];
    });
    return [...queryPart(owner, bindings), ...said];
  });
  return { resolve, parts: new Map([...channels, ...operations]) };
}

const part = (name: string, value: Part): [string, Part][] => [[name, value]];

function carried(name: string, owner: string, direction: Direction, message: AsyncApiMessage): [string, Part][] {
  const { payload, headers } = message;
  return [
    ...part(name, { owner, direction, schema: payload }),
    ...(headers === undefined ? [] : part(`${name} fields`, { owner: name, direction, schema: headers })),
  ];
}

/** The query of the handshake: sockets have it at the channel, event streams at the operation. */
function queryPart(owner: string, bindings: Json = {}): [string, Part][] {
  const { ws, http } = bindings as Readonly<Record<string, { readonly query?: Schema }>>;
  const schema = ws?.query ?? http?.query;
  return schema === undefined ? [] : part(`${owner} query`, { owner, direction: 'sent', schema });
}

const lastOf = ({ $ref }: Reference): string => $ref.split('/').at(-1) ?? '';
