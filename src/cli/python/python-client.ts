import { resolver } from '../contract/json-schema.js';
import { type OpenApiDocument, operationsOf } from '../contract/openapi-document.js';
import { isCall, type Place, pythonMethods } from './python-operation.js';
import { docstring, pascalCase, snakeCase } from './python-text.js';
import { pythonModels } from './python-types.js';

const MADE = '# Made from the OpenAPI document by npm run client:generate. Do not edit.';

const RESOURCES_HEAD = [
  MADE,
  'from __future__ import annotations',
  '',
  'from typing import Any, Dict, Iterator, List, Literal, Optional, Union',
  '',
  'from . import models',
  'from .resource import Resource, Transport, items, segment',
  '',
];

/** The REST half of the Python client: text by module name. */
export function pythonClient(document: OpenApiDocument): ReadonlyMap<string, string> {
  const text = (lines: readonly string[]): string => `${lines.join('\n').trimEnd()}\n`;
  return new Map([
    ['models.py', text([MADE, ...pythonModels(document.components?.schemas ?? {})])],
    ['resources.py', text(resources(document))],
  ]);
}

/** One class per first half of the operation ids, e.g. `rooms` for `rooms.list`. */
function resources(document: OpenApiDocument): string[] {
  const classes = new Map<string, (Place & { readonly name: string })[]>();
  for (const [at, operation] of operationsOf(document)) {
    if (!isCall(operation)) continue;
    const [method = '', path = ''] = at.split(' ');
    const [group = '', name = '', ...more] = operation.operationId.split('.');
    if (name === '' || more.length > 0) throw new Error(`Not two words: ${operation.operationId}`);
    const places = classes.get(group) ?? [];
    classes.set(group, [...places, { name: snakeCase(name), method, path, operation }]);
  }
  const named = [...classes].sort(([a], [b]) => (a < b ? -1 : 1));
  const resolve = resolver(document);
  return [
    ...RESOURCES_HEAD,
    ...named.flatMap(([group, places]) => [
      '',
      `class ${pascalCase(group)}(Resource):`,
      ...places.flatMap(({ name, ...place }) => pythonMethods(name, place, resolve)),
    ]),
    '',
    'class Api:',
    ...docstring('Everything that REST v1 can do, by the first half of the operation ids.', '    '),
    '',
    '    def __init__(self, transport: Transport) -> None:',
    ...named.map(([group]) => `        self.${snakeCase(group)} = ${pascalCase(group)}(transport)`),
  ];
}
