import { type AsyncApiDocument } from '../../common/asyncapi/async-api.js';
import { isTuple, type Schema } from '../contract/json-schema.js';
import { pascalCase } from './python-text.js';
import { pythonModels } from './python-types.js';

const MADE = '# Made from the AsyncAPI document by npm run client:generate. Do not edit.';

type Named = Map<string, Schema>;

/**
 * A module with a type for each schema of the document, except those of Socket.IO frames: programs only see their
 * content, which has schemas of its own.
 */
export function pythonFrames({ components }: AsyncApiDocument): string {
  const named: Named = new Map();
  const schemas: [string, Schema][] = Object.entries(components.schemas);
  for (const [name, schema] of schemas) {
    if (!isTuple(schema.items)) named.set(name, withoutInline(name, schema, named));
  }
  return `${[MADE, ...pythonModels(Object.fromEntries(named))].join('\n').trimEnd()}\n`;
}

/** Gives names to objects inside a schema, since Python has no anonymous types. */
function withoutInline(name: string, schema: Schema, named: Named): Schema {
  const { properties, anyOf, items } = schema;
  const own = (part: Schema, label: string): Schema => {
    const inner = withoutInline(name + label, part, named);
    if (Object.keys(inner.properties ?? {}).length === 0) return inner;
    named.set(name + label, inner);
    return { $ref: `#/components/schemas/${name}${label}` };
  };
  const members = Object.entries(properties ?? {});
  return {
    ...schema,
    ...(members.length > 0 && {
      properties: Object.fromEntries(members.map(([member, part]) => [member, own(part, pascalCase(member))])),
    }),
    ...(anyOf !== undefined && { anyOf: labelled(anyOf).map(([label, part]) => own(part, label)) }),
    ...(items !== undefined && !isTuple(items) && { items: own(items, 'Item') }),
  };
}

/** Labels choices by a word that none of the others has, or by number. */
function labelled(choices: readonly Schema[]): (readonly [label: string, choice: Schema])[] {
  const words = choices.map(({ properties = {} }) => Object.values(properties).map((member) => member.const));
  return choices.map((choice, index) => {
    const word = words[index]?.find((each) => words.filter((others) => others.includes(each)).length === 1);
    return [typeof word === 'string' ? pascalCase(word) : String(index + 1), choice];
  });
}
