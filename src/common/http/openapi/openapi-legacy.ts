import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtension, ApiOperation, ApiResponse, ApiTags, type OpenAPIObject } from '@nestjs/swagger';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

/** Extension that says where the document shows a route that is answered in several places. Not in the document itself. */
const SHOWN_AT = 'x-shown-at';

interface LegacyDocs {
  /** Method and path as the original's documents have them, e.g. `get /list_rooms/`. */
  readonly at: string;
  readonly summary: string;
  readonly description: string;
  /** The text that is answered, or the class of what is answered as JSON. */
  readonly answer: string | Type;
  /** Texts of errors by status; `null` stands for an HTML page. */
  readonly errors: Readonly<Record<number, readonly (string | null)[]>>;
}

const text = (example?: string) => ({
  'text/html': { schema: { type: 'string' as const }, ...(example !== undefined && { example }) },
});

/** Documents a route that answers in texts, as its clients have always known it, instead of in problems. */
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

/** Leaves each legacy route in one place, and says which these are. */
export function legacyOperations(document: OpenAPIObject): Operation[] {
  const kept: Operation[] = [];
  const paths: OpenAPIObject['paths'] = {};
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item) as [string, Operation & { [SHOWN_AT]?: string }][]) {
      const { [SHOWN_AT]: at, ...shown } = operation;
      if (at === undefined) paths[path] = { ...paths[path], [method]: operation };
      if (at !== `${method} ${path}/`) continue;
      // Of several paths and methods the library makes several ids.
      shown.operationId = shown.operationId?.replace(/[[_].*$/, '') ?? '';
      // Written by the access decorator, where these routes answer 403; and by the plugin.
      for (const status of ['201', '401']) Reflect.deleteProperty(shown.responses, status);
      paths[`${path}/`] = { ...paths[`${path}/`], [method]: shown };
      kept.push(shown);
    }
  }
  document.paths = paths;
  return kept;
}
