import { type Schema } from './json-schema.js';

/** The part of an OpenAPI document that its checks read. */
export interface OpenApiDocument {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, Schema>>;
    readonly responses?: Readonly<Record<string, Response>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly tags?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
  readonly 'x-pagination'?: unknown;
  readonly 'x-protocol'?: unknown;
  readonly 'x-caller'?: string;
  readonly 'x-required-scope'?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

export interface Response {
  readonly $ref?: string;
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

/** Every operation, by `METHOD /path`. */
export const operationsOf = ({ paths }: OpenApiDocument): (readonly [name: string, operation: Operation])[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );

/** The JSON that each operation accepts and answers, by name: `GET /path 200`, `POST /path body`. */
export const jsonOf = (document: OpenApiDocument): (readonly [place: string, schema: Schema])[] =>
  operationsOf(document).flatMap(([name, { requestBody, responses }]) =>
    [['body', requestBody] as const, ...Object.entries(responses).filter(([status]) => status.startsWith('2'))].flatMap(
      ([what, said]) => {
        const schema = said?.content?.['application/json']?.schema;
        return schema === undefined ? [] : [[`${name} ${what}`, schema] as const];
      },
    ),
  );

/** Every schema in the document itself, by its place. */
export function schemasOf(document: OpenApiDocument): (readonly [place: string, schema: Schema])[] {
  const of = (place: string, schema: Schema | undefined): (readonly [string, Schema])[] =>
    schema === undefined ? [] : [[place, schema]];
  const ofContent = (place: string, content: Content = {}): (readonly [string, Schema])[] =>
    Object.entries(content).flatMap(([type, { schema }]) => of(`${place} ${type}`, schema));
  const ofResponse = (place: string, { content, headers = {} }: Response): (readonly [string, Schema])[] => [
    ...ofContent(place, content),
    ...Object.entries(headers).flatMap(([name, { schema }]) => of(`${place} ${name}`, schema)),
  ];
  return [
    ...Object.entries(document.components?.schemas ?? {}),
    ...Object.entries(document.components?.responses ?? {}).flatMap(([name, response]) => ofResponse(name, response)),
    ...operationsOf(document).flatMap(([name, { parameters = [], requestBody, responses }]) => [
      ...parameters.flatMap((parameter) => of(`${name} ${parameter.name}`, parameter.schema)),
      ...ofContent(`${name} body`, requestBody?.content),
      ...Object.entries(responses).flatMap(([status, response]) => ofResponse(`${name} ${status}`, response)),
    ]),
  ];
}
