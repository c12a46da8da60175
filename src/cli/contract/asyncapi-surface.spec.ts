import { type TSchema, Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { type ChannelContract, type Message } from '../../common/asyncapi/contract.js';
import { buildAsyncApi } from '../../common/asyncapi/document.js';
import { CONTRACTS } from '../../contracts.js';
import { asyncApiSurface } from './asyncapi-surface.js';
import { breaks } from './breaks.js';

const message = (name: string, payload: TSchema, more: Partial<Message> = {}): Message => ({
  name,
  title: name,
  summary: 'A message.',
  payload,
  examples: [],
  ...more,
});
const Ask = (properties: Record<string, TSchema>, more?: Partial<Message>): Message =>
  message('Ask', Type.Object(properties, { $id: 'Ask' }), more);
const Tell = (properties: Record<string, TSchema>): Message =>
  message('Tell', Type.Object(properties, { $id: 'Tell' }));
const Event = (...places: TSchema[]): Message => message('Event', Type.Tuple(places, { $id: 'Event' }));

const CHANNEL: ChannelContract = {
  name: 'things',
  address: '/ws/things',
  transport: 'websocket',
  title: 'Things',
  description: 'Things.',
  security: {},
  receives: [],
  sends: [],
};

type Change = Partial<ChannelContract>;

const between = (before: readonly ChannelContract[], after: readonly ChannelContract[]): string[] =>
  breaks(asyncApiSurface(buildAsyncApi(before)), asyncApiSurface(buildAsyncApi(after)));
const change = (before: Change, after: Change): string[] =>
  between([{ ...CHANNEL, ...before }], [{ ...CHANNEL, ...after }]);
const sends = (one: Message): Change => ({ sends: [one] });
const receives = (one: Message): Change => ({ receives: [one] });

const TEXT = Type.String();
const ABSENT = Type.Optional(TEXT);
const NAME = Type.Literal('event');
const either = (...choices: string[]): TSchema => Type.Enum(choices);

describe('changes of channels', () => {
  it('break clients if one is removed, and nobody if one is added', () => {
    expect(between([CHANNEL], [])).toEqual(['channel things: removed']);
    expect(between([], [CHANNEL])).toEqual([]);
  });

  it.each<[string, Change, Change, string[]]>([
    ['another address', {}, { address: '/ws/others' }, ['channel things address /ws/things: removed']],
    ['a message that is no longer sent', sends(Tell({})), {}, ['channel things sends Tell: removed']],
    ['a message that is no longer received', receives(Ask({})), {}, ['channel things receives Ask: removed']],
    ['a new message', {}, { ...sends(Tell({})), ...receives(Ask({})) }, []],
    [
      'a message that is now only received',
      { ...sends(Ask({})), ...receives(Ask({})) },
      receives(Ask({})),
      ['channel things sends Ask: removed'],
    ],
    [
      'a removed answer',
      receives(Ask({}, { replies: [Tell({})] })),
      receives(Ask({})),
      ['channel things receives Ask and answers Tell: removed'],
    ],
    [
      'a removed query parameter',
      { query: { after: TEXT } },
      { query: { before: TEXT } },
      ['channel things query.after: removed'],
    ],
    [
      'a narrower query parameter of an event stream',
      { transport: 'sse', ...sends(Tell({})), query: { after: TEXT } },
      { transport: 'sse', ...sends(Tell({})), query: { after: Type.String({ maxLength: 4 }) } },
      ['channel things query.after: maxLength 4'],
    ],
    [
      'a removed field of an event stream',
      sends(message('Tell', TEXT, { headers: Type.Object({ id: TEXT }, { $id: 'Fields' }) })),
      sends(message('Tell', TEXT, { headers: Type.Object({}, { $id: 'Fields' }) })),
      ['answered Fields.id: removed'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(change(before, after)).toEqual(expected);
  });
});

describe('changes of what the server sends', () => {
  it.each<[string, Message, Message, string[]]>([
    ['a new member', Tell({}), Tell({ a: TEXT }), []],
    ['a removed member', Tell({ a: TEXT }), Tell({}), ['answered Tell.a: removed']],
    ['a member that may now be absent', Tell({ a: TEXT }), Tell({ a: ABSENT }), ['answered Tell.a: may be absent now']],
    ['another type', Tell({ a: TEXT }), Tell({ a: Type.Boolean() }), ['answered Tell.a: string became boolean']],
    ['a removed choice', Tell({ a: either('x', 'y') }), Tell({ a: either('x') }), ['answered Tell.a: no "y" any more']],
    [
      'another name of an event',
      Event(NAME, TEXT),
      Event(Type.Literal('occasion'), TEXT),
      ['answered Event.[0]: no "event" any more'],
    ],
    ['an argument that is gone', Event(NAME, TEXT), Event(NAME), ['answered Event.[1]: removed']],
    [
      'another type of an argument',
      Event(NAME, TEXT),
      Event(NAME, Type.Null()),
      ['answered Event.[1]: string became null'],
    ],
    ['an added argument', Event(NAME), Event(NAME, TEXT), []],
    [
      'an argument that may now be absent',
      Event(NAME, TEXT),
      message('Event', Type.Tuple([NAME, TEXT], { $id: 'Event', minItems: 1 })),
      ['answered Event.[1]: may be absent now'],
    ],
    [
      'a removed member of JSON sent as text',
      Event(NAME, Type.String({ 'x-json': Type.Object({ a: TEXT }) })),
      Event(NAME, Type.String({ 'x-json': Type.Object({}) })),
      ['answered Event.[1].json.a: removed'],
    ],
    [
      'other values of a map',
      Tell({ a: Type.Record(Type.String(), TEXT) }),
      Tell({ a: Type.Record(Type.String(), Type.Integer()) }),
      ['answered Tell.a.{^.*$}: string became integer'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(change(sends(before), sends(after))).toEqual(expected);
  });
});

describe('changes of what clients send', () => {
  it.each<[string, Message, Message, string[]]>([
    ['a new optional member', Ask({}), Ask({ a: ABSENT }), []],
    ['a new required member', Ask({}), Ask({ a: TEXT }), ['sent Ask.a: required now']],
    ['a member that is now required', Ask({ a: ABSENT }), Ask({ a: TEXT }), ['sent Ask.a: required now']],
    ['a narrower type', Ask({ a: Type.Number() }), Ask({ a: Type.Integer() }), ['sent Ask.a: number became integer']],
    ['a removed choice', Ask({ a: either('x', 'y') }), Ask({ a: either('x') }), ['sent Ask.a: no "y" any more']],
    ['an added required argument', Event(NAME), Event(NAME, TEXT), ['sent Event: minItems 2']],
    ['a narrower argument', Event(NAME, TEXT), Event(NAME, either('x')), ['sent Event.[1]: a closed list now']],
    [
      'something excluded',
      message('Ask', Type.Object({}, { $id: 'Ask' })),
      message('Ask', Type.Object({}, { $id: 'Ask', not: { required: ['a'] } })),
      ['sent Ask: excludes something else'],
    ],
  ])('%s', (_what, before, after, expected) => {
    expect(change(receives(before), receives(after))).toEqual(expected);
  });
});

describe('the current contracts', () => {
  it('do not differ from themselves, and every message is compared', () => {
    expect(between(CONTRACTS, CONTRACTS)).toEqual([]);
    for (const contract of CONTRACTS) {
      const before = asyncApiSurface(buildAsyncApi([contract]));
      for (const direction of ['sends', 'receives'] as const) {
        for (const each of contract[direction]) {
          const without = { ...contract, [direction]: contract[direction].filter((other) => other !== each) };
          const found = breaks(before, asyncApiSurface(buildAsyncApi([without])));
          expect(found, each.name).toContain(`channel ${contract.name} ${direction} ${each.name}: removed`);
        }
      }
    }
  });
});
