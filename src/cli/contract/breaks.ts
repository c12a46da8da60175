import { isDeepStrictEqual } from 'node:util';
import { isTuple, parts, type Resolve, type Schema, typesOf } from './json-schema.js';
import { type Direction, type Part, type Surface } from './surface.js';

/** What worked with `before` but does not with `after`, one line each; the same change always has the same wording. */
export function breaks(before: Surface, after: Surface): string[] {
  const found = new Set<string>();
  const schemas = new SchemaBreaks(before.resolve, after.resolve);
  for (const [name, part] of before.parts) {
    if (part.owner !== undefined && !after.parts.has(part.owner)) continue;
    const now = after.parts.get(name);
    if (now === undefined) {
      if (part.mayGo !== true) found.add(`${name}: removed`);
      continue;
    }
    if (isDemanded(now) && !isDemanded(part)) found.add(`${name}: required now`);
    if (part.schema === undefined || now.schema === undefined) continue;
    for (const each of schemas.between(name, part.direction, part.schema, now.schema)) found.add(each);
  }
  for (const name of newDemands(before, after)) found.add(`${name}: new and required`);
  return [...found].sort();
}

const isDemanded = ({ isRequired }: Part): boolean => isRequired === true;

/** What must now be sent, but did not have to be before. */
const newDemands = ({ parts: before }: Surface, { parts: after }: Surface): string[] =>
  [...after]
    .filter(([name, part]) => isDemanded(part) && !before.has(name) && before.has(part.owner ?? ''))
    .map(([name]) => name);

/**
 * Compares schemas: clients may still send whatever was accepted, and are answered nothing that could not come before.
 * Named schemas are compared once per direction, and breaks in them are reported by their name.
 */
class SchemaBreaks {
  readonly #seen = new Set<string>();

  constructor(
    private readonly resolveBefore: Resolve,
    private readonly resolveAfter: Resolve,
  ) {}

  between(place: string, direction: Direction, before: Schema, after: Schema): string[] {
    if (before.$ref !== undefined) {
      const pair = `${direction} ${before.$ref} ${after.$ref ?? place}`;
      if (this.#seen.has(pair)) return [];
      this.#seen.add(pair);
      place = `${direction} ${before.$ref.split('/').at(-1) ?? ''}`;
    }
    const [was, is] = [flat(before, this.resolveBefore), flat(after, this.resolveAfter)];
    if (was.anyOf !== undefined || is.anyOf !== undefined) return this.#variants(place, direction, was, is);
    return [
      ...ofTypes(direction, was, is).map((each) => `${place}: ${each}`),
      ...ofValues(direction, was, is).map((each) => `${place}: ${each}`),
      ...(direction === 'sent' ? ofBounds(was, is).map((each) => `${place}: ${each}`) : []),
      ...ofMembers(direction, was, is).map((each) => `${place}.${each}`),
      ...this.#below(place, direction, was, is),
    ];
  }

  #below(place: string, direction: Direction, was: Schema, is: Schema): string[] {
    const now = new Map(parts(is));
    return parts(was).flatMap(([step, from]) => {
      const to = now.get(step);
      return to === undefined ? [] : this.between(`${place}.${step}`, direction, from, to);
    });
  }

  /** Every form that could be sent still can be; every form that is answered could be before. */
  #variants(place: string, direction: Direction, was: Schema, is: Schema): string[] {
    const [from, to] = [was.anyOf ?? [was], is.anyOf ?? [is]];
    const fits = (a: Schema, b: Schema): boolean =>
      new SchemaBreaks(this.resolveBefore, this.resolveAfter).between('', direction, a, b).length === 0;
    const isFine =
      direction === 'sent'
        ? from.every((each) => to.some((other) => fits(each, other)))
        : to.every((each) => from.some((other) => fits(other, each)));
    return isFine ? [] : [`${place}: other forms`];
  }
}

/**
 * Resolves references, `allOf`, `const` and nullability into one schema; `anyOf` stays where there are several forms.
 */
function flat(schema: Schema, resolve: Resolve): Schema {
  const { $ref, allOf = [], anyOf, oneOf, const: only, ...own } = schema;
  const forms = anyOf ?? oneOf ?? [];
  const others = forms.filter(({ type }) => type !== 'null');
  const bases = [...($ref === undefined ? [] : [resolve($ref)]), ...allOf, ...(others.length === 1 ? others : [])];
  const all = [...bases.map((base) => flat(base, resolve)), own];
  const values = all.findLast((each) => each.enum)?.enum ?? (only === undefined ? undefined : [only]);
  const types = typesIn(all, values);
  if (others.length < forms.length) types.add('null');
  return {
    ...all.reduce((merged, each) => ({ ...merged, ...each }), {}),
    ...(types.size > 0 && { type: [...types] }),
    ...(values && { enum: values.filter((value) => value !== null) }),
    ...(others.length > 1 && { anyOf: others }),
    properties: Object.assign({}, ...all.map(({ properties }) => properties)) as Record<string, Schema>,
    required: all.flatMap(({ required = [] }) => required),
  };
}

/** A list of values implies their types, where nothing else states them. */
function typesIn(all: readonly Schema[], values: readonly unknown[] = []): Set<string> {
  const said = all.flatMap(typesOf);
  const implied = values.map((value) => (value === null ? 'null' : typeof value));
  return new Set(said.length > 0 ? [...said, ...implied.filter((type) => type === 'null')] : implied);
}

/** No type means any; an integer is a number. */
function ofTypes(direction: Direction, was: Schema, is: Schema): string[] {
  const [inner, outer] = (direction === 'sent' ? [was, is] : [is, was]).map(typesOf) as [string[], string[]];
  const fits = (type: string): boolean => outer.includes(type) || (type === 'integer' && outer.includes('number'));
  const isFine = outer.length === 0 || (inner.length > 0 && inner.every(fits));
  const text = (types: readonly string[]): string => types.join(' or ') || 'anything';
  return isFine ? [] : [`${text(typesOf(was))} became ${text(typesOf(is))}`];
}

/** Compares enums and formats. Answers may get new enum values: clients are told to expect that. */
function ofValues(direction: Direction, was: Schema, is: Schema): string[] {
  const gone = is.enum && was.enum ? was.enum.filter((value) => !is.enum?.includes(value)) : [];
  const found = gone.map((value) => `no ${JSON.stringify(value)} any more`);
  if (direction === 'sent' && is.enum && !was.enum) found.push('a closed list now');
  if (direction === 'answered' && was.enum && !is.enum) found.push('no closed list any more');
  return [...found, ...ofFormat(direction, was, is)];
}

function ofFormat(direction: Direction, was: Schema, is: Schema): string[] {
  const [inner, outer] = direction === 'sent' ? [was.format, is.format] : [is.format, was.format];
  const isNumeric = [inner, outer].some((format) => format?.startsWith('int') || format === 'double');
  const isNarrower = isNumeric ? inner === 'int64' && outer === 'int32' : outer !== undefined;
  return inner !== outer && isNarrower ? [`format ${was.format ?? 'none'} became ${is.format ?? 'none'}`] : [];
}

/** What is sent must not be required to be smaller, or of another form, than before. */
function ofBounds(was: Schema, is: Schema): string[] {
  const found: string[] = [];
  for (const bound of ['maximum', 'maxLength', 'maxItems'] as const)
    if ((is[bound] ?? Infinity) < (was[bound] ?? Infinity)) found.push(`${bound} ${is[bound] ?? ''}`);
  for (const bound of ['minimum', 'minLength', 'minItems'] as const)
    if ((is[bound] ?? -Infinity) > (was[bound] ?? -Infinity)) found.push(`${bound} ${is[bound] ?? ''}`);
  if (is.pattern !== undefined && is.pattern !== was.pattern) found.push('another pattern');
  if (is.not !== undefined && !isDeepStrictEqual(is.not, was.not)) found.push('excludes something else');
  return found;
}

function ofMembers(direction: Direction, was: Schema, is: Schema): string[] {
  const still = namesIn(is);
  const gone = namesIn(was).filter((name) => !still.includes(name));
  const [few, many] = direction === 'sent' ? [was, is] : [is, was];
  const kept = requiredIn(direction, few);
  const added = requiredIn(direction, many).filter((name) => !kept.includes(name) && !gone.includes(name));
  const change = direction === 'sent' ? 'required now' : 'may be absent now';
  return [...gone.map((name) => `${name}: removed`), ...added.map((name) => `${name}: ${change}`)];
}

/** The members of an object, or the positions of a tuple. */
const namesIn = ({ properties = {}, items }: Schema): string[] => [
  ...Object.keys(properties),
  ...(isTuple(items) ? items.map((_, index) => `[${index}]`) : []),
];

/** What is always present. For what is sent, `minItems` is a bound. */
const requiredIn = (direction: Direction, { required = [], items, minItems = 0 }: Schema): string[] => [
  ...required,
  ...(direction === 'answered' && isTuple(items) ? items.slice(0, minItems).map((_, index) => `[${index}]`) : []),
];
