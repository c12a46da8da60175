import { type HttpServer, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { ANY_JSON } from '../input/fields.js';
import { downgrade } from './openapi-3-0.js';
import { legacyOperations } from './openapi-legacy.js';
import { CALLER, CALLERS, ENUMS, TAGS } from './openapi-texts.js';
import { scopeOf } from '../../security/scope.js';
import { invalidInput } from '../input/input.pipe.js';
import { sendProblem } from '../problems/problem.filter.js';
import { describePathParameters } from '../paths/path-parameters.js';
import { PROGRAM_VERSION } from '../../program-version.js';
import { problemCodesIn, problemResponse, type ProblemStatus, PROBLEM_STATUSES } from '../problems/api-problems.js';

const LICENSE = { name: 'MIT', identifier: 'MIT' };

/** Name of the security scheme for API keys; `bearer` is the one that `ApiBearerAuth` refers to. */
export const API_KEY_SCHEME = 'apiKey';

/** Extension of an operation that accepts machine keys: the scope they need. */
export const REQUIRED_SCOPE = 'x-required-scope';

/**
 * Style for Swagger UI: hides the "No links" column, for which a phone has no room, and sets types apart from the
 * fields.
 */
const LOOKS = `.swagger-ui .response-col_links { display: none }
.swagger-ui table tbody tr td.parameters-col_name { padding-right: 10px }`;

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

/** Extension of an operation that returns one page of a list. */
const PAGING = 'x-pagination';

const METHODS = ['get', 'head', 'put', 'post', 'delete', 'patch', 'options'] as const;

/** Builds the OpenAPI 3.1 document from the app's controllers. Needs neither `init` nor a database. */
export function buildOpenApi(app: INestApplication): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Switchboard')
    .setDescription(
      'REST v1. Times are RFC 3339 in UTC. Lists are paged by `limit` and `cursor`. Errors are problems (RFC 9457) with a ' +
        '`code` from a closed list.',
    )
    .setVersion(PROGRAM_VERSION)
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: `Access token of an account (a JWT), or a machine key (\`sbk_…\`) where \`${REQUIRED_SCOPE}\` names its scope.`,
    })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'API-KEY', description: 'Key of an application.' }, API_KEY_SCHEME)
    .build();
  const document = SwaggerModule.createDocument(app, base, { operationIdFactory: operationId });
  const legacy = new Set<Operation>(legacyOperations(document));
  const seen = new Set<string>();
  for (const { method, operation } of operationsOf(document)) {
    const id = operation.operationId ?? '';
    if (seen.has(id)) throw new Error(`Two routes have the operation id ${id}`);
    seen.add(id);
    // Be explicit: a route without any is open on purpose.
    operation.security ??= [];
    describePathParameters(operation.parameters);
    describeOperation(operation);
    // Of the tags of a route and its class, use the route's own.
    operation.tags = operation.tags?.slice(-1) ?? [];
    markPaging(operation);
    if (REQUIRED_SCOPE in operation) {
      Object.assign(operation, { [REQUIRED_SCOPE]: scopeOf(operation.tags[0] ?? '', method) });
    }
    if (legacy.has(operation)) continue;
    addInputProblems(operation);
    tidyResponses(operation);
  }
  tidySchemas(document);
  document.components = { ...document.components, responses: commonProblems(document) };
  document.info = {
    title: base.info.title,
    description: base.info.description ?? '',
    version: PROGRAM_VERSION,
    license: LICENSE,
  };
  document.servers = [{ url: '/', description: 'This server' }];
  document.tags = tagsOf(document);
  return document;
}

/**
 * Serves Swagger UI at `/docs` from local files and the document at `/docs-json`, as OpenAPI 3.0 with `?openapi=3.0`.
 * Call before `init`; the document is built on the first request.
 */
export function serveOpenApi(app: INestApplication): void {
  let built: OpenAPIObject | undefined;
  let old: OpenAPIObject | undefined;
  const document = (): OpenAPIObject => (built ??= buildOpenApi(app));
  const adapter = app.getHttpAdapter() as HttpServer<Request, Response>;
  adapter.get('/docs-json', (request, response, next) => {
    const { openapi = '3.1' } = request.query;
    if (openapi === '3.0') response.json((old ??= downgrade(document())));
    else if (openapi === '3.1') next?.();
    else sendProblem(response, invalidInput([{ field: 'openapi', message: 'must be 3.0 or 3.1' }]));
  });
  SwaggerModule.setup('docs', app, document, {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    customSiteTitle: 'Switchboard API',
    customCss: LOOKS,
    // Without this, the UI sends documents that are not on localhost to a public validator.
    swaggerOptions: {
      validatorUrl: null,
      displayRequestDuration: true,
      tagsSorter: 'alpha',
      // The UI renders only the visible part of lists of 150 lines or more, which would hide the rest from the
      // browser's search.
      docExpansion: 'none',
    },
  });
}

/** The document in the form that is committed, with sorted keys, so that diffs are readable. */
export function formatOpenApi(document: OpenAPIObject): string {
  return `${JSON.stringify(sorted(document), null, 2)}\n`;
}

/** `AccountsController.getMe` → `accounts.getMe`: the method names of generated clients. */
function operationId(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}.${method}`;
}

function operationsOf(document: OpenAPIObject): { method: string; operation: Operation }[] {
  return Object.values(document.paths).flatMap((item) =>
    METHODS.flatMap((method) => (item[method] ? [{ method, operation: item[method] }] : [])),
  );
}

/** Any body or parameter may be wrong. Documented here once instead of at every route. */
function addInputProblems(operation: Operation): void {
  const statuses: ProblemStatus[] = operation.requestBody ? [400, 413, 415, 422] : [];
  if (operation.parameters?.length) statuses.push(422);
  // Any route may be requested under a host name that is not served.
  if (!Object.keys(operation.responses).some((status) => status.startsWith('4'))) statuses.push(400);
  for (const status of statuses)
    operation.responses[status] ??= { $ref: `#/components/responses/${commonName(status)}` };
}

/**
 * Marks lists that are paged by cursor, for clients that follow it. The names are those of the query and the response.
 */
function markPaging(operation: Operation): void {
  const names = (operation.parameters ?? []).map((parameter) => ('name' in parameter ? parameter.name : ''));
  if (names.includes('cursor'))
    Object.assign(operation, {
      [PAGING]: { cursor: 'cursor', limit: 'limit', items: 'items', nextCursor: 'nextCursor' },
    });
}

/** Name under `components.responses` of a problem that many routes share. */
const commonName = (status: number): string => `Problem${status}`;

/** The common problems that some route refers to. */
function commonProblems(document: OpenAPIObject): Record<string, ReturnType<typeof problemResponse>> {
  const text = JSON.stringify(document.paths);
  const used = PROBLEM_STATUSES.filter((status) => text.includes(`"#/components/responses/${commonName(status)}"`));
  return Object.fromEntries(used.map((status) => [commonName(status), problemResponse(status)]));
}

/** Describes what the operation does and who may call it, unless it has a description of its own. */
function describeOperation(operation: Operation): void {
  const caller = (operation as { [CALLER]?: keyof typeof CALLERS })[CALLER] ?? 'public';
  operation.description ??= `${operation.summary?.replace(/\.$/, '') ?? ''}. ${CALLERS[caller]}`;
}

/**
 * Fixes what decorators cannot express: values of any JSON have no type, a named enum needs its own description instead
 * of that of the first member using it, and members left out of a PATCH keep their value instead of getting a default.
 */
function tidySchemas(document: OpenAPIObject): void {
  const schemas = document.components?.schemas ?? {};
  const propertiesOf = (schema: (typeof schemas)[string] | undefined): Schema[] =>
    schema && 'properties' in schema ? (Object.values(schema.properties ?? {}) as Schema[]) : [];
  for (const [name, schema] of Object.entries(schemas)) {
    if ('enum' in schema) schema.description = ENUMS[name] ?? '';
  }
  for (const property of Object.values(schemas).flatMap(propertiesOf)) {
    if (property.format !== ANY_JSON.format) continue;
    delete property.type;
    delete property.format;
  }
  for (const { patch } of Object.values(document.paths)) {
    const [, name = ''] = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(patch?.requestBody ?? '')) ?? [];
    for (const property of propertiesOf(schemas[name])) delete property.default;
  }
}

interface Schema {
  type?: string;
  format?: string;
  default?: unknown;
}

function tagsOf(document: OpenAPIObject): { name: string; description?: string }[] {
  const names = new Set(operationsOf(document).flatMap(({ operation }) => operation.tags ?? []));
  return [...names].sort().map((name) => ({ name, ...(TAGS[name] !== undefined && { description: TAGS[name] }) }));
}

function tidyResponses(operation: Operation): void {
  // The plugin adds its default status even where our decorator states another.
  const spurious = '204' in operation.responses ? ['200', '201'] : [];
  const responses = Object.fromEntries(Object.entries(operation.responses).filter(([key]) => !spurious.includes(key)));
  operation.responses = responses;
  for (const [key, response] of Object.entries(responses)) {
    if (!response || !('description' in response)) continue;
    const status = PROBLEM_STATUSES.find((each) => String(each) === key);
    const codes = problemCodesIn(response.description);
    if (status === undefined || codes.length === 0) {
      response.description ||= STATUS_CODES[key] ?? '';
      continue;
    }
    const full = problemResponse(status, codes);
    responses[key] = isDeepStrictEqual(full, problemResponse(status))
      ? { $ref: `#/components/responses/${commonName(status)}` }
      : full;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
