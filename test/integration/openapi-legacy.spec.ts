import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';

interface Answer {
  readonly description: string;
  readonly content?: Readonly<
    Record<string, { readonly example?: string; readonly schema: { readonly $ref?: string } }>
  >;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, Answer>>;
}

/** A valid call of each route, in an order that works, and invalid ones by status. */
const QUESTIONS: readonly (readonly [id: string, question: Question, faults: Readonly<Record<number, Question>>])[] = [
  ['createRoom', { name: 'lobby' }, { 400: { name: 'a b' }, 404: { name: 'lobby' } }],
  ['createRoomByBody', { body: { room_name: 'stage' } }, { 400: { body: { room_name: 'a b' } } }],
  ['listRooms', {}, {}],
  ['addEndpoint', { name: 'lobby', permissions: 'read' }, { 404: { name: 'lobby', permissions: 'all' } }],
  [
    'addEndpointByBody',
    { body: { room_name: 'lobby', permissions: 'read' } },
    { 400: { body: { room_name: 'lobby', permissions: 'read', identity: 1 } } },
  ],
  ['listEndpoints', { name: 'lobby' }, { 404: { name: 'nowhere' } }],
  ['deleteEndpoint', { name: 'lobby' }, { 404: { name: 'nowhere' } }],
  ['deleteRoom', { name: 'lobby' }, { 404: { name: 'lobby' } }],
];

interface Question {
  readonly name?: string;
  readonly permissions?: string;
  readonly body?: object;
}

describe('the legacy routes of rooms in the document', () => {
  let rooms: RoomsHarness;
  let application: TestApplication;
  let code = '';
  const documented = new Map<string, { method: string; path: string; operation: Operation }>();
  const schemas: Record<string, { properties: object; required?: string[] }> = {};

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    application = await rooms.application();
    const { paths, components } = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
    Object.assign(schemas, components.schemas);
    for (const [path, item] of Object.entries<Record<string, Operation>>(paths))
      for (const [method, operation] of Object.entries(item)) {
        const [resource, action = ''] = operation.operationId.split('.');
        if (resource === 'legacyRooms') documented.set(action, { method, path, operation });
      }
  });
  afterAll(() => rooms.close());

  const ask = async (id: string, question: Question, key = application.apiKey) => {
    const { method, path } = documented.get(id)!;
    const { name = '', permissions = '', body } = question;
    const filled = path
      .replace('{name}', encodeURIComponent(name))
      .replace('{permissions}', permissions)
      .replace('{code}', code);
    const response = await fetch(rooms.server.url + filled, {
      method: method.toUpperCase(),
      headers: { 'api-key': key, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  };

  /** Checks that the answer has the documented media type, and the documented text or members. */
  const expectDocumented = (id: string, { status, type, text }: Awaited<ReturnType<typeof ask>>): void => {
    const content = documented.get(id)!.operation.responses[status]?.content ?? {};
    const [documentedType = '', { example, schema } = { schema: {} }] = Object.entries(content)[0] ?? [];
    expect([id, status, type.split(';')[0]]).toEqual([id, status, documentedType]);
    if (example !== undefined) expect([id, text]).toEqual([id, example]);
    const { properties = {}, required = [] } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? {};
    if (!type.startsWith('application/json')) return;
    expect(Object.keys(JSON.parse(text)).sort()).toEqual(Object.keys(properties).sort());
    expect(Object.keys(properties).sort()).toEqual([...required].sort());
  };

  it('are complete, and no POST is documented as creating', () => {
    expect([...documented.keys()].sort()).toEqual(QUESTIONS.map(([id]) => id).sort());
    for (const { operation } of documented.values()) {
      expect(operation.tags).toEqual(['legacy']);
      expect(Object.keys(operation.responses)).not.toContain('201');
      expect(Object.keys(operation.responses)).not.toContain('401');
    }
  });

  it('answer as documented', async () => {
    for (const [id, question, faults] of QUESTIONS) {
      const answer = await ask(id, question);
      expect([id, answer.status]).toEqual([id, 200]);
      expectDocumented(id, answer);
      if (id === 'addEndpoint') ({ code } = JSON.parse(answer.text) as { code: string });
      for (const [status, fault] of Object.entries(faults)) {
        const refused = await ask(id, fault);
        expect([id, refused.status]).toEqual([id, Number(status)]);
        expectDocumented(id, refused);
      }
      const stranger = await ask(id, question, 'no such key');
      expect([id, stranger.status]).toEqual([id, 403]);
      expectDocumented(id, stranger);
    }
  });
});
