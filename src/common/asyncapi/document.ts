import { type TSchema, Type } from 'typebox';
import { PROGRAM_VERSION } from '../program-version.js';
import { type AsyncApiChannel, type AsyncApiDocument, type AsyncApiOperation, type Reference } from './async-api.js';
import { AsyncApiComponents } from './components.js';
import { type ChannelContract, type Message, type Transport } from './contract.js';

const SERVERS = {
  sockets: { host: 'localhost:3000', protocol: 'ws', description: 'Plain WebSocket and Socket.IO; `wss` with TLS.' },
  streams: { host: 'localhost:3000', protocol: 'http', description: 'Server-Sent Events; `https` with TLS.' },
} as const;

const SERVED_AT: Readonly<Record<Transport, keyof typeof SERVERS>> = {
  websocket: 'sockets',
  'socket.io': 'sockets',
  sse: 'streams',
};

const DESCRIPTION =
  'What goes over the sockets and event streams of this server. The server receives what clients send, and sends what ' +
  'they are told. Clients ignore members and messages that they do not know: any version may bring new ones. A payload ' +
  'of Socket.IO is the name of an event with its arguments; that of an acknowledgement, its arguments.';

/** The AsyncAPI 3.0 document of these channels. */
export function buildAsyncApi(contracts: readonly ChannelContract[]): AsyncApiDocument {
  const components = new AsyncApiComponents();
  const channels = contracts.map((contract) => [contract.name, channelOf(contract, components)] as const);
  const { messages, schemas } = components;
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Switchboard',
      version: PROGRAM_VERSION,
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: Object.fromEntries(channels),
    operations: Object.fromEntries(contracts.flatMap(operationsOf)),
    components: {
      messages,
      schemas,
      securitySchemes: Object.fromEntries(contracts.flatMap(({ security }) => Object.entries(security))),
    },
  };
}

/** The document in the form that is committed. */
export const formatAsyncApi = (document: AsyncApiDocument): string => `${JSON.stringify(document, null, 2)}\n`;

function channelOf(contract: ChannelContract, components: AsyncApiComponents): AsyncApiChannel {
  const { address, transport, title, description, parameters, query } = contract;
  const messages = messagesOf(contract);
  for (const each of messages) components.add(each);
  const hasBinding = query !== undefined && transport !== 'sse';
  return {
    address,
    title,
    description,
    servers: [reference('servers', SERVED_AT[transport])],
    ...(parameters !== undefined && {
      parameters: Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, { description: text }])),
    }),
    messages: Object.fromEntries(messages.map(({ name }) => [name, reference('components', 'messages', name)])),
    ...(hasBinding && { bindings: { ws: { method: 'GET', query: queryOf(query), bindingVersion: '0.1.0' } } }),
  };
}

/** Each message once, even if it goes in both directions or answers several others. */
export function messagesOf({ receives, sends }: ChannelContract): Message[] {
  return [...new Set([...receives, ...sends, ...receives.flatMap(({ replies = [] }) => replies)])];
}

function operationsOf(contract: ChannelContract): [string, AsyncApiOperation][] {
  const { name: channel, transport, query, security, receives, sends } = contract;
  const shared = {
    channel: reference('channels', channel),
    security: Object.keys(security).map((scheme) => reference('components', 'securitySchemes', scheme)),
    ...(query !== undefined &&
      transport === 'sse' && { bindings: { http: { method: 'GET', query: queryOf(query), bindingVersion: '0.3.0' } } }),
  };
  const of = ({ name }: Message): Reference => reference('channels', channel, 'messages', name);
  const operation = (action: 'receive' | 'send', each: Message): [string, AsyncApiOperation] => [
    `${channel}.${action}.${each.name}`,
    {
      action,
      summary: each.summary,
      ...shared,
      messages: [of(each)],
      ...(each.replies?.length && { reply: { channel: shared.channel, messages: each.replies.map(of) } }),
    },
  ];
  return [...receives.map((each) => operation('receive', each)), ...sends.map((each) => operation('send', each))];
}

const queryOf = (query: Readonly<Record<string, TSchema>>): TSchema =>
  Type.Object(Object.fromEntries(Object.entries(query).map(([name, schema]) => [name, Type.Optional(schema)])));

const reference = (...path: string[]): Reference => ({ $ref: `#/${path.join('/')}` });
