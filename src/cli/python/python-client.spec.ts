import { describe, expect, it } from 'vitest';
import { type OpenApiDocument } from '../contract/openapi-document.js';
import { pythonClient } from './python-client.js';
import { docstring, literal, snakeCase } from './python-text.js';
import { pythonType } from './python-types.js';

const page = { properties: { items: { type: 'array', items: { $ref: '#/components/schemas/Room' } } }, type: 'object' };

const documentOf = (operation: object, method = 'get', path = '/rooms/{roomId}'): OpenApiDocument => ({
  info: { version: '1' },
  paths: { [path]: { [method]: { operationId: 'rooms.list', responses: {}, ...operation } } },
  components: {
    schemas: { Room: { type: 'object', properties: { a: { type: 'string' } } }, RoomPage: page },
  },
});
const made = (operation: object, method?: string, path?: string) =>
  pythonClient(documentOf(operation, method, path)).get('resources.py') ?? '';

const id = { name: 'roomId', in: 'path', required: true, schema: { type: 'integer' } };
const json = (schema: object) => ({ '200': { content: { 'application/json': { schema } } } });

describe('the emitter of the Python client', () => {
  it('writes types that Python 3.9 supports', () => {
    expect(pythonType({ type: ['string', 'null'] })).toBe('Optional[str]');
    expect(pythonType({ type: 'array', items: { type: 'integer' } })).toBe('List[int]');
    expect(pythonType({ anyOf: [{ $ref: '#/components/schemas/Room' }, { type: 'null' }] }, 'models.')).toBe(
      'Optional[models.Room]',
    );
    expect(pythonType({ oneOf: [{ type: 'integer' }, { const: 'me' }] })).toBe("Union[int, Literal['me']]");
    expect(pythonType({ type: 'object', additionalProperties: { type: 'number' } })).toBe('Dict[str, float]');
    expect(pythonType({})).toBe('Any');
    expect(() => pythonType({ allOf: [{}, {}] })).toThrow('intersections');
    expect(() => pythonType({ $ref: 'other.json#/Room' })).toThrow('Leads out');
  });

  it('keeps required and optional members apart', () => {
    const schemas = { Room: { properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['b'] } };
    const text = pythonClient({ info: { version: '1' }, paths: {}, components: { schemas } }).get('models.py');
    expect(text).toContain('class _RoomRequired(TypedDict):\n    b: int\n');
    expect(text).toContain('class Room(_RoomRequired, total=False):\n    a: str\n');
  });

  it('declares members whose names are Python keywords', () => {
    const schemas = { Room: { properties: { from: { type: 'string' }, b: { type: 'integer' } }, required: ['from'] } };
    const text = pythonClient({ info: { version: '1' }, paths: {}, components: { schemas } }).get('models.py');
    expect(text).toContain("_RoomRequired = TypedDict('_RoomRequired', {\n    'from': 'str',\n})\n");
    expect(text).toContain('class Room(_RoomRequired, total=False):\n    b: int\n');
  });

  it('puts each parameter where it belongs', () => {
    const parameters = [
      id,
      { name: 'from', in: 'query', schema: { type: 'string' } },
      { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
    ];
    const text = made({
      parameters,
      responses: json({ $ref: '#/components/schemas/Room' }),
      security: [{ apiKey: [] }],
    });
    expect(text).toContain(
      'def list(self, *, room_id: int, from_: Optional[str] = None, idempotency_key: Optional[str] = None) -> models.Room:',
    );
    expect(text).toContain("self._call('GET', f'/rooms/{segment(room_id)}', query={'from': from_}");
    expect(text).toContain("headers={'Idempotency-Key': idempotency_key}, auth='apiKey', answer='json')");
  });

  it('iterates over the lists that are marked as paged, and no others', () => {
    const cursor = { name: 'cursor', in: 'query', schema: { type: 'string' } };
    const operation = { parameters: [id, cursor], responses: json({ $ref: '#/components/schemas/RoomPage' }) };
    expect(made(operation)).not.toContain('iterate');
    const text = made({ ...operation, 'x-pagination': {} });
    expect(text).toContain('def iterate(self, *, room_id: int) -> Iterator[models.Room]:');
    expect(text).toContain('items(lambda cursor: self.list(room_id=room_id, cursor=cursor))');
  });

  it('leaves uploads to hand-written code', () => {
    const body = { requestBody: { content: { 'multipart/form-data': {} } }, parameters: [id] };
    expect(made(body, 'put')).not.toContain('_call(');
    expect(made({ 'x-protocol': {}, parameters: [id] })).not.toContain('_call(');
    expect(made({ parameters: [id] })).toContain('_call(');
  });

  it.each([
    ['a parameter that the path does not have', { parameters: [] }],
    ['two arguments with one name', { parameters: [id, { name: 'room-id', in: 'query' }] }],
    ['an operation id of one word', { operationId: 'rooms', parameters: [id] }],
    ['an operation id that is code', { operationId: 'rooms.x(): pass #', parameters: [id] }],
    ['an unknown credential', { parameters: [id], security: [{ apiKey: [] }, { b: [] }] }],
  ])('refuses %s', (_what, operation) => {
    expect(() => made(operation)).toThrow();
  });

  it('never turns text of the document into code', () => {
    expect(literal('it\'s "a"\n\\')).toBe(String.raw`'it\'s "a"\n\\'`);
    expect(docstring('ends """ here \\', '')).toEqual([`"""ends ''' here \\\\"""`]);
    expect(snakeCase('userId')).toBe('user_id');
    expect(snakeCase('class')).toBe('class_');
    expect(() => snakeCase('a b')).toThrow('No name');
  });
});
