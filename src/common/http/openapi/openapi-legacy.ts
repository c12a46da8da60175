import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse, ApiTags, type OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

/** Extension that says under which of a route's paths the document shows it. Removed from the final document. */
const SHOWN_AT = 'x-shown-at';

interface LegacyDocs {
  /** Method and path as in the original system's documents, e.g. `get /list_rooms/`. */
  readonly at: string;
  readonly summary: string;
  readonly description: string;
  /** The text of the response, or the class of a JSON response. */
  readonly answer: string | Type;
  /** Error texts by status; `null` stands for an HTML page. */
  readonly errors: Readonly<Record<number, readonly (string | null)[]>>;
}

const text = (example?: string) => ({
  'text/html': { schema: { type: 'string' as const }, ...(example !== undefined && { example }) },
});

/**
 * Documents a route that answers errors as plain texts, as its clients have always known it, instead of as problems.
 */
export function LegacyRoute({ at, summary, description, answer, errors }: LegacyDocs): MethodDecorator {
  return applyDecorators(
    ApiTags('legacy'),
    ApiOperation({ summary, description, deprecated: true }),
    ApiExtension(SHOWN_AT, at),
    ApiResponse(
      typeof answer === 'string'
        ? { status: 200, description: 'Done.', content: text(answer) }
        : { status: 200, description: 'What was asked for.', type: answer },
    ),
    ...Object.entries(errors).map(([status, texts]) =>
      ApiResponse({
        status: Number(status),
        description: texts.map((each) => (each === null ? 'An HTML page.' : `\`${each}\``)).join(' Or: '),
        content: text(texts.find((each) => each !== null) ?? undefined),
      }),
    ),
  );
}

/** Keeps each legacy route under one path only. @returns those routes */
export function legacyOperations(document: OpenAPIObject): Operation[] {
  const kept: Operation[] = [];
  const paths: OpenAPIObject['paths'] = {};
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item) as [string, Operation & { [SHOWN_AT]?: string }][]) {
      const { [SHOWN_AT]: at, ...shown } = operation;
      if (at === undefined) paths[path] = { ...paths[path], [method]: operation };
      if (at !== `${method} ${path}/`) continue;
      // The library derives one id per path and method; keep the common part.
      shown.operationId = shown.operationId?.replace(/[[_].*$/, '') ?? '';
      // 201 was added by the plugin, 401 by the access decorator; these routes answer neither.
      for (const status of ['201', '401']) Reflect.deleteProperty(shown.responses, status);
      paths[`${path}/`] = { ...paths[`${path}/`], [method]: shown };
      kept.push(shown);
    }
  }
  document.paths = paths;
  return kept;
}
