import { Type } from 'typebox';
import { type ChannelContract, type FrameOf } from '../../common/asyncapi/contract.js';
import { asked, carried, EXAMPLE, failed, own, ping, uuid } from './omikron-envelope.contract.js';

const { iota, user, other } = EXAMPLE;

const identified = own(
  'OmikronIotaIdentified',
  'identification_response',
  'The Iota is identified, and with which of its users; lists are separated by commas.',
  Type.Object({
    accepted_profiles: Type.String({ description: 'Ids of the users it serves from now on.' }),
    denid_profiles: Type.String({ description: 'Spelled like this by the original.' }),
    accepted: Type.Integer({ description: 'How many were accepted.' }),
    denied_profiles: Type.Optional(Type.String({ description: 'The same again; not in very long answers.' })),
    accepted_ids: Type.Optional(Type.String({ description: 'The same again; not in very long answers.' })),
  }),
  {
    accepted_profiles: `${user},`,
    denid_profiles: other,
    accepted: 1,
    denied_profiles: other,
    accepted_ids: `${user},`,
  },
);
const pong = own(
  'OmikronIotaPong',
  'pong',
  'What the connected users of this Iota reported last, by user id.',
  Type.Object({
    user_ping: Type.Record(Type.String(), Type.Integer(), {
      description: 'As they reported it, usually in milliseconds; -1 is unknown.',
    }),
    ping_clients: Type.Record(Type.String(), Type.String(), { description: 'The same as digits.' }),
  }),
  { user_ping: { [user]: 17 }, ping_clients: { [user]: '17' } },
);
const clientConnected = own(
  'OmikronClientConnected',
  'client_connected',
  'A client of a user of this Iota has connected.',
  Type.Object({ user_id: uuid('Of the user.') }),
  { user_id: user },
);

/** Frames that the Omikron itself sends to Iotas. */
const said = [identified, pong, clientConnected, failed] as const;
export type IotaFrame = FrameOf<typeof said>;

/** Home servers; see docs/protocols/omikron.md. */
export const iotaContract = {
  name: 'iota',
  address: '/ws/iota',
  transport: 'websocket',
  title: 'Omikron: Iotas',
  description: 'Home servers. Everything before a successful identification is ignored.',
  security: {
    iotaToken: {
      type: 'http',
      scheme: 'bearer',
      description:
        'Token of an Iota, on the upgrade or as subprotocol `bearer.<token>`, where `IOTA_ACCESS` is `token`.',
    },
  },
  receives: [
    asked(
      'OmikronIotaIdentify',
      ['identification'],
      'Which Iota this is, and whose.',
      Type.Object({ iota_id: uuid('Of this Iota.'), user_ids: Type.String({ description: 'Separated by commas.' }) }),
      { iota_id: iota, user_ids: `${user},${other},` },
      [identified, failed],
    ),
    asked('OmikronIotaPing', ['ping'], 'Reports a round trip.', ping, { last_ping: 42 }, [pong]),
    carried('OmikronIotaMessage', 'For a user of this Iota, or of another one on behalf of a user.', {
      receiver_id: user,
      data: { user_ids: [] },
    }),
  ],
  sends: [
    ...said,
    carried('OmikronFromUser', "A message of a user of this Iota, or of another Iota's.", {
      sender_id: user,
      data: {},
    }),
  ],
} as const satisfies ChannelContract;
