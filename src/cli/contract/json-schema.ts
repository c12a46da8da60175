/** The part of JSON Schema that our documents use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** For all items, or for each position of a tuple. */
  readonly items?: Schema | readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly not?: Schema;
  /** The content of a string of JSON. */
  readonly 'x-json'?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
  readonly example?: unknown;
}

/** Looks up a schema by its reference, e.g. `#/components/schemas/RoomDto`. */
export type Resolve = (reference: string) => Schema;

export const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

export const isTuple = (items: Schema['items']): items is readonly Schema[] => Array.isArray(items);

/** A schema for any item; in a tuple, for any position. */
export const itemOf = ({ items = {} }: Schema): Schema => (isTuple(items) ? { anyOf: items } : items);

/** The schemas directly below one, each with the step that leads there. */
export function parts(schema: Schema): (readonly [step: string, part: Schema])[] {
  const { properties = {}, patternProperties = {}, items, additionalProperties, 'x-json': json } = schema;
  return [
    ...Object.entries(properties),
    ...(isTuple(items)
      ? items.map((item, index) => [`[${index}]`, item] as const)
      : items === undefined
        ? []
        : [['[]', items] as const]),
    ...(json === undefined ? [] : [['json', json] as const]),
    ...Object.entries(patternProperties).map(([pattern, part]) => [`{${pattern}}`, part] as const),
    ...(typeof additionalProperties === 'object' ? [['{}', additionalProperties] as const] : []),
    ...(['allOf', 'anyOf', 'oneOf'] as const).flatMap((kind) =>
      (schema[kind] ?? []).map((part, index) => [`${kind}[${index}]`, part] as const),
    ),
  ];
}

/** Looks up local references in a document. */
export function resolver(document: object): Resolve {
  return (reference) => {
    let place: unknown = document;
    for (const step of reference.replace(/^#\//, '').split('/'))
      place = (place as Readonly<Record<string, unknown>> | undefined)?.[step.replace(/~1/g, '/').replace(/~0/g, '~')];
    if (typeof place !== 'object' || place === null) throw new Error(`Leads nowhere: ${reference}`);
    return place;
  };
}
