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

/** A schema as a type of Python 3.9. @param scope before the names of other schemas: `models.` outside of their module */
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
  const { additionalProperties } = schema;
  if (type === 'array') return `List[${pythonType(itemOf(schema), scope)}]`;
  if (type !== 'object') return SIMPLE[type] ?? unknown(type);
  return `Dict[str, ${typeof additionalProperties === 'object' ? pythonType(additionalProperties, scope) : 'Any'}]`;
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

const HEAD = ['from __future__ import annotations', '', 'from typing import Any, Dict, List, Optional, TypedDict', ''];

/** Of all schemas one module: aliases before the classes, whose members are looked up when they are needed. */
export function pythonModels(schemas: Readonly<Record<string, Schema>>): string[] {
  const named = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const objects = named.filter(([, { properties }]) => properties !== undefined);
  const aliases = named.filter(([, { properties }]) => properties === undefined);
  const imports = HEAD.map((line) => (aliases.length > 0 ? line.replace('List, ', 'List, Literal, ') : line));
  return [
    ...imports,
    ...aliases.flatMap(([name, schema]) => [
      ...comment(schema.description, ''),
      `${identifier(name)} = ${pythonType(schema)}`,
      '',
    ]),
    ...objects.flatMap(([name, schema]) => ['', ...typedDict(identifier(name), schema), '']),
  ];
}

/**
 * `NotRequired` came with Python 3.11: what must be there stands in a class of its own. Members that Python takes for
 * keywords stand in a dictionary, since no class can have them.
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
