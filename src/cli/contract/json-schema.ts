/** As much of JSON Schema as our documents use. */
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
  /** Of all, or of each place of a tuple. */
  readonly items?: Schema | readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly not?: Schema;
  /** What a string of JSON holds. */
  readonly 'x-json'?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
  readonly example?: unknown;
}

/** A schema by its reference, e.g. `#/components/schemas/RoomDto`. */
export type Resolve = (reference: string) => Schema;

export const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

export const isTuple = (items: Schema['items']): items is readonly Schema[] => Array.isArray(items);

/** What all items are: of a tuple, any of its places. */
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

/** A document's local references, looked up in it. */
export function resolver(document: object): Resolve {
  return (reference) => {
    let place: unknown = document;
    for (const step of reference.replace(/^#\//, '').split('/'))
      place = (place as Readonly<Record<string, unknown>> | undefined)?.[step.replace(/~1/g, '/').replace(/~0/g, '~')];
    if (typeof place !== 'object' || place === null) throw new Error(`Leads nowhere: ${reference}`);
    return place;
  };
}
