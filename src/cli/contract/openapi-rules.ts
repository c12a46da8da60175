import { isDeepStrictEqual } from 'node:util';
import { withoutExample } from './examples.js';
import { parts, resolver, type Schema, typesOf } from './json-schema.js';
import { jsonOf, type OpenApiDocument, type Operation, operationsOf, schemasOf } from './openapi-document.js';

const MAX_INT32 = 2 ** 31 - 1;

/** What client generators stumble over: each finding says where, and what to write instead. */
export function openApiFindings(document: OpenApiDocument, version: string): string[] {
  return [
    ...schemasOf(document).flatMap(([place, schema]) => schemaFindings(place, schema, place in namesOf(document))),
    ...operationsOf(document).flatMap(([name, operation]) => [
      ...pagingFindings(document, name, operation),
      ...uploadFindings(name, operation),
      ...legacyFindings(name, operation),
    ]),
    ...jsonOf(document).flatMap(([place, schema]) => exampleFindings(document, place, schema)),
    ...(document.info.version === version ? [] : [`info.version: is not the package's version, ${version}`]),
  ];
}

const namesOf = (document: OpenApiDocument): object => document.components?.schemas ?? {};

function schemaFindings(place: string, schema: Schema, isNamed: boolean): string[] {
  const findings: string[] = [];
  if (schema.enum?.includes(null))
    findings.push('`null` in an enum: write `anyOf: [$ref, {type: null}]` (`ApiChoice`)');
  if (schema.enum && !isNamed) findings.push('an enum without a name: use `ChoiceField` or `ApiChoice`');
  if (schema.enum && isNamed && !schema.description) findings.push('say in `ENUMS` what it lists');
  findings.push(...numberFindings(schema));
  return [
    ...findings.map((finding) => `${place}: ${finding}`),
    ...parts(schema).flatMap(([step, part]) => schemaFindings(`${place}.${step}`, part, false)),
  ];
}

/**
 * Readers of the document must see complete examples. Tests show that they are valid and that the server accepts them.
 */
const exampleFindings = (document: OpenApiDocument, place: string, schema: Schema): string[] =>
  withoutExample(schema, resolver(document)).map((member) => `${place}${member}: give it an \`example\``);

/** A number must state its range: a client that keeps it in 32 bits must be right. */
function numberFindings(schema: Schema): string[] {
  const types = typesOf(schema);
  const { format, maximum = Infinity } = schema;
  if (types.includes('number') && format !== 'double')
    return ['a number: `integer`, or `format: double` if it has a fraction'];
  if (!types.includes('integer') || format === 'int64') return [];
  if (maximum !== Infinity && maximum > MAX_INT32) return ['goes past 2^31: `format: int64`'];
  return format === 'int32' || maximum <= MAX_INT32 ? [] : ['an integer that does not say how far it goes: `format`'];
}

const PAGING = { cursor: 'cursor', limit: 'limit', items: 'items', nextCursor: 'nextCursor' };

function pagingFindings(document: OpenApiDocument, name: string, operation: Operation): string[] {
  const resolve = resolver(document);
  const answered = operation.responses['200']?.content?.['application/json']?.schema ?? {};
  const { properties = {} } = answered.$ref === undefined ? answered : resolve(answered.$ref);
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const signs = {
    'takes `cursor`': query.some((parameter) => parameter.name === 'cursor'),
    'takes `limit`': query.some((parameter) => parameter.name === 'limit'),
    'answers `items`': properties['items']?.type === 'array',
    'answers `nextCursor`': 'nextCursor' in properties,
    'says `x-pagination`': isDeepStrictEqual(operation['x-pagination'], PAGING),
  };
  const lacking = Object.entries(signs).filter(([, has]) => !has);
  if (
    lacking.length === 0 ||
    !(signs['takes `cursor`'] || signs['answers `nextCursor`'] || signs['says `x-pagination`'])
  )
    return [];
  return lacking.map(([sign]) => `${name}: a list read on by cursor ${sign}`);
}

function uploadFindings(name: string, operation: Operation): string[] {
  const isUpload = name.endsWith('/upload') || operation.parameters?.some((each) => each.name.startsWith('Upload-'));
  const isTagged = operation.tags?.includes('uploads') === true;
  const hasClient = operation['x-protocol'] !== undefined;
  if (isTagged === (isUpload ?? false) && isTagged === hasClient) return [];
  return [`${name}: operations of tus, and no others, have the tag \`uploads\` and \`x-protocol\` (\`Tus\`)`];
}

function legacyFindings(name: string, operation: Operation): string[] {
  const isLegacy = operation.tags?.includes('legacy') === true;
  const isNew = / \/(api\/v1|health)\//.test(name);
  if (isLegacy === isNew) return [`${name}: what is not of REST v1, and no other, has the tag \`legacy\``];
  return isNew && name.endsWith('/') ? [`${name}: ends with a slash`] : [];
}
