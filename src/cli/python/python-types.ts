import { itemOf, type Schema, typesOf } from '../contract/json-schema.js';
import { comment, docstring, identifier, isIdentifier, literal } from './python-text.js';

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
};

const REFERENCE = '#/components/schemas/';

/** A schema as a type of Python 3.9. @param scope prefix of other schemas' names: `models.` outside their module */
export function pythonType(schema: Schema, scope = ''): string {
  const { $ref, anyOf, oneOf, allOf } = schema;
  if ($ref !== undefined) {
    if (!$ref.startsWith(REFERENCE)) throw new Error(`Leads out of the schemas: ${$ref}`);
    return scope + identifier($ref.slice(REFERENCE.length));
  }
  const [only, ...others] = allOf ?? [];
  if (only !== undefined) {
    if (others.length > 0) throw new Error('Python has no intersections: `allOf` of one schema');
    return pythonType(only, scope);
  }
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return union(choices.map((choice) => pythonType(choice, scope)));
  if ('const' in schema) return literals([schema.const]);
  if (schema.enum !== undefined) return literals(schema.enum);
  const types = typesOf(schema);
  return types.length === 0 ? 'Any' : union(types.map((type) => ofType(type, schema, scope)));
}

function ofType(type: string, schema: Schema, scope: string): string {
  const { additionalProperties, patternProperties = {} } = schema;
  const [named = additionalProperties] = Object.values(patternProperties);
  if (type === 'array') return `List[${pythonType(itemOf(schema), scope)}]`;
  if (type !== 'object') return SIMPLE[type] ?? unknown(type);
  return `Dict[str, ${typeof named === 'object' ? pythonType(named, scope) : 'Any'}]`;
}

function unknown(type: string): never {
  throw new Error(`No type of JSON Schema: ${type}`);
}

function union(types: readonly string[]): string {
  const some = [...new Set(types)].filter((type) => type !== 'None');
  const [first = 'None'] = some;
  const all = some.length > 1 ? `Union[${some.join(', ')}]` : first;
  return types.includes('None') && some.length > 0 ? `Optional[${all}]` : all;
}

const literals = (values: readonly unknown[]): string =>
  `Literal[${values.map((value) => (typeof value === 'string' ? literal(value) : pythonValue(value))).join(', ')}]`;

function pythonValue(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(Number(value));
}

/**
 * All schemas in one module. Names of other schemas must be defined before an alias that uses them, but not before a
 * class.
 */
export function pythonModels(schemas: Readonly<Record<string, Schema>>): string[] {
  const named = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const isClass = ({ properties }: Schema): boolean => Object.keys(properties ?? {}).length > 0;
  const classes = named.filter(([, schema]) => isClass(schema));
  const aliases = named
    .filter(([, schema]) => !isClass(schema))
    .map(([name, schema]) => [...comment(schema.description, ''), `${identifier(name)} = ${pythonType(schema)}`, '']);
  const isLate = (lines: readonly string[]): boolean =>
    classes.some(([name]) => lines.some((line) => new RegExp(`[[ ]${name}\\b`).test(line) && !line.startsWith('#')));
  const lines = [
    ...aliases.filter((alias) => !isLate(alias)).flat(),
    ...classes.flatMap(([name, schema]) => ['', ...typedDict(identifier(name), schema), '']),
    ...aliases.filter(isLate).flat(),
  ];
  return [...importsOf(lines), ...lines];
}

const TYPING = ['Any', 'Dict', 'List', 'Literal', 'Optional', 'TypedDict', 'Union'];

function importsOf(lines: readonly string[]): string[] {
  const code = lines.filter((line) => !line.trimStart().startsWith('#')).join('\n');
  const used = TYPING.filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  return ['from __future__ import annotations', '', `from typing import ${used.join(', ')}`, ''];
}

/**
 * `NotRequired` came with Python 3.11, so required members are in a base class of their own. Members whose names are
 * Python keywords are declared in a dictionary, since no class can have them.
 */
function typedDict(name: string, { properties = {}, required = [], description }: Schema): string[] {
  const members = (isRequired: boolean) =>
    Object.entries(properties).filter(([member]) => required.includes(member) === isRequired);
  const [must, may] = [members(true), members(false)];
  const doc = docstring(description, '    ');
  if (may.length === 0) return declared(name, 'TypedDict', must, doc);
  if (must.length === 0) return declared(name, 'TypedDict, total=False', may, doc);
  const base = `_${name}Required`;
  return [...declared(base, 'TypedDict', must), '', '', ...declared(name, `${base}, total=False`, may, doc)];
}

type Members = readonly (readonly [name: string, schema: Schema])[];

function declared(name: string, bases: string, members: Members, doc: readonly string[] = []): string[] {
  if (bases === 'TypedDict' && members.some(([member]) => !isIdentifier(member))) {
    const lines = members.flatMap(([member, schema]) => [
      ...comment(schema.description, '    '),
      `    ${literal(member)}: ${literal(pythonType(schema))},`,
    ]);
    return [`${name} = TypedDict(${literal(name)}, {`, ...lines, '})'];
  }
  const lines = members.flatMap(([member, schema]) => [
    ...comment(schema.description, '    '),
    `    ${identifier(member)}: ${pythonType(schema)}`,
  ]);
  return [`class ${name}(${bases}):`, ...doc, ...(lines.length > 0 ? lines : ['    pass'])];
}
