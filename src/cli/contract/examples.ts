import { type Resolve, type Schema } from './json-schema.js';

/**
 * The example of a schema, composed of those of its members; optional members without one are left out. Every member
 * has its example next to its declaration, and this is the only place where they are put together.
 */
export function exampleOf(schema: Schema, resolve: Resolve): unknown {
  if ('example' in schema) return schema.example;
  if (schema.$ref !== undefined) return exampleOf(resolve(schema.$ref), resolve);
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  const [form] = schema.allOf ?? schema.anyOf ?? schema.oneOf ?? [];
  if (form !== undefined) return exampleOf(form, resolve);
  if (schema.properties !== undefined) {
    const members = Object.entries(schema.properties).map(([name, part]) => [name, exampleOf(part, resolve)] as const);
    return Object.fromEntries(members.filter(([, value]) => value !== undefined));
  }
  if (schema.items === undefined || Array.isArray(schema.items)) return undefined;
  const item = exampleOf(schema.items as Schema, resolve);
  return item === undefined ? undefined : [item];
}

/** Required members without an example, by their path; if there are none, the whole has an example. */
export function withoutExample(schema: Schema, resolve: Resolve, seen: readonly string[] = []): string[] {
  if ('example' in schema) return [];
  const { $ref, properties = {}, required = [] } = schema;
  if ($ref !== undefined) return seen.includes($ref) ? [] : withoutExample(resolve($ref), resolve, [...seen, $ref]);
  const below = Object.entries(properties)
    .filter(([name]) => required.includes(name))
    .flatMap(([name, part]) => withoutExample(part, resolve, seen).map((step) => `.${name}${step}`));
  if (schema.properties !== undefined) return below;
  return exampleOf(schema, resolve) === undefined ? [''] : [];
}
