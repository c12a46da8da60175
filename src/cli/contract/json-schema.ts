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
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
}

/** A schema by its reference, e.g. `#/components/schemas/RoomDto`. */
export type Resolve = (reference: string) => Schema;

export const typesOf = ({ type }: Schema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

/** The schemas directly below one, each with the step that leads there. */
export function parts(schema: Schema): (readonly [step: string, part: Schema])[] {
  const { properties = {}, items, additionalProperties } = schema;
  return [
    ...Object.entries(properties),
    ...(items === undefined ? [] : [['[]', items] as const]),
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
