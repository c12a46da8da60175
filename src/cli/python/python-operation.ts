import { itemOf, type Resolve } from '../contract/json-schema.js';
import { type Operation, type Parameter } from '../contract/openapi-document.js';
import { docstring, literal, snakeCase } from './python-text.js';
import { pythonType } from './python-types.js';

/** The place of an operation in the document. */
export interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

interface Answer {
  /** As `Resource._call` takes it. */
  readonly kind: 'json' | 'text' | 'bytes' | 'none';
  readonly type: string;
}

const JSON_TYPE = 'application/json';
const LINES_OF_JSON = 'application/x-ndjson';
/** As `client.py` names them. */
const CREDENTIALS = ['apiKey', 'bearer'];

/** Uploads have hand-written code: a stream of bytes is no argument. */
export const isCall = ({ requestBody, 'x-protocol': protocol }: Operation): boolean =>
  protocol === undefined && (requestBody === undefined || JSON_TYPE in requestBody.content);

/** The method of an operation and, if the document marks it as a page of a list, one for all pages. */
export function pythonMethods(name: string, place: Place, resolve: Resolve): string[] {
  const { operation } = place;
  const parameters = parametersOf(operation);
  const answer = answerOf(operation);
  const call = [
    `    def ${name}(${signature(parameters)}) -> ${answer.type}:`,
    ...docstring(operation.description ?? operation.summary, '        '),
    ...request(place, parameters, answer),
    '',
  ];
  return operation['x-pagination'] === undefined ? call : [...call, ...iterator(name, place, parameters, resolve)];
}

/** An argument, and its place in the request. */
interface Argument {
  readonly name: string;
  readonly wire: string;
  readonly in: string;
  readonly type: string;
  readonly isRequired: boolean;
}

function parametersOf({ parameters = [], requestBody }: Operation): Argument[] {
  const all = parameters.map((parameter) => argumentOf(parameter));
  if (requestBody !== undefined) {
    const type = pythonType(requestBody.content[JSON_TYPE]?.schema ?? {}, 'models.');
    all.push({ name: 'body', wire: 'body', in: 'body', type, isRequired: requestBody.required === true });
  }
  const names = all.map(({ name }) => name);
  if (new Set(names).size < names.length) throw new Error(`Two arguments of one name: ${names.join(', ')}`);
  return all;
}

function argumentOf({ name, in: place, required, schema = {} }: Parameter): Argument {
  return { name: snakeCase(name), wire: name, in: place, type: pythonType(schema, 'models.'), isRequired: !!required };
}

function signature(parameters: readonly Argument[]): string {
  if (parameters.length === 0) return 'self';
  const required = parameters.filter(({ isRequired }) => isRequired).map(({ name, type }) => `${name}: ${type}`);
  const optional = parameters
    .filter(({ isRequired }) => !isRequired)
    .map(({ name, type }) => `${name}: ${type.startsWith('Optional[') ? type : `Optional[${type}]`} = None`);
  return ['self', '*', ...required, ...optional].join(', ');
}

/** What a success answers. */
function answerOf({ responses, operationId }: Operation): Answer {
  const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const contents = successes.flatMap(([, { content = {} }]) => Object.entries(content));
  const [type, media] = contents[0] ?? [];
  if (type === undefined) return { kind: 'none', type: 'None' };
  if (contents.some(([other]) => other !== type)) throw new Error(`Answers in two formats: ${operationId}`);
  if (type === JSON_TYPE) {
    const types = new Set(contents.map(([, { schema }]) => pythonType(schema ?? {}, 'models.')));
    return { kind: 'json', type: types.size > 1 ? `Union[${[...types].join(', ')}]` : ([...types][0] ?? 'Any') };
  }
  if (type.startsWith('text/') || type === LINES_OF_JSON) return { kind: 'text', type: 'str' };
  if (media?.schema?.format !== 'binary') throw new Error(`Answers in an unknown format: ${operationId}`);
  // Conditional requests may be answered that nothing has changed.
  return { kind: 'bytes', type: '304' in responses ? 'Optional[bytes]' : 'bytes' };
}

function request({ method, path, operation }: Place, parameters: readonly Argument[], answer: Answer): string[] {
  const within = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const dictionary = (name: string, list: readonly Argument[]) =>
    list.length === 0 ? [] : [`${name}={${list.map(({ wire, name: own }) => `${literal(wire)}: ${own}`).join(', ')}}`];
  const named = new Map(within('path').map(({ wire, name }) => [wire, name]));
  const address = path.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[^\w/.-]/g, (character) => encodeURIComponent(character));
    const name = named.get(part);
    if (name === undefined) throw new Error(`No parameter for ${part} of ${path}`);
    return `{segment(${name})}`;
  });
  const options = [
    `${named.size > 0 ? 'f' : ''}'${address.join('')}'`,
    ...dictionary('query', within('query')),
    ...dictionary('headers', within('header')),
    ...(within('body').length > 0 ? ['body=body'] : []),
    `auth=${literal(authOf(operation))}`,
    `answer=${literal(answer.kind)}`,
  ];
  const call = `self._call(${literal(method.toUpperCase())}, ${options.join(', ')})`;
  if (answer.kind === 'none') return [`        ${call}`];
  return [`        answer: ${answer.type} = ${call}`, '        return answer'];
}

/** The credentials that an operation accepts, if any. */
function authOf({ security = [], operationId }: Operation): string {
  const schemes = [...new Set(security.flatMap((one) => Object.keys(one)))].sort();
  if (schemes.some((scheme) => !CREDENTIALS.includes(scheme)))
    throw new Error(`Takes a credential that the client does not know: ${operationId}`);
  return schemes.join(' or ');
}

function iterator(name: string, { operation }: Place, parameters: readonly Argument[], resolve: Resolve): string[] {
  const page = operation.responses['200']?.content?.[JSON_TYPE]?.schema ?? {};
  const items = itemOf((page.$ref === undefined ? page : resolve(page.$ref)).properties?.['items'] ?? {});
  const own = parameters.filter(({ wire }) => wire !== 'cursor');
  const passed = [...own.map((parameter) => `${parameter.name}=${parameter.name}`), 'cursor=cursor'];
  return [
    `    def ${iteratorName(name)}(${signature(own)}) -> Iterator[${pythonType(items, 'models.')}]:`,
    ...docstring(
      `Every item of \`${name}\`; the next page is asked for when the one before has been used up.`,
      '        ',
    ),
    `        return items(lambda cursor: self.${name}(${passed.join(', ')}))`,
    '',
  ];
}

/** `iterate_keys` for `list_keys`, `iterate_presence` for `presence`, `iterate` for `list`. */
const iteratorName = (name: string): string =>
  /^list(?:_|$)/.test(name) ? name.replace('list', 'iterate') : `iterate_${name}`;
