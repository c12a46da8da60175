import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { exampleOf } from '../../src/cli/contract/examples.js';
import { resolver, type Schema } from '../../src/cli/contract/json-schema.js';
import { jsonOf, type OpenApiDocument, operationsOf } from '../../src/cli/contract/openapi-document.js';
import { type Api, type ApiCall } from './api.js';
import { closed } from './frame-contract.js';

const document = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as OpenApiDocument;
const resolve = resolver(document);
const BY_ID = new Map(operationsOf(document).map(([name, operation]) => [operation.operationId, name]));
/** All JSON sent or answered, by operation and status or `body`. */
export const DOCUMENTED = new Map(jsonOf(document));

/** Allows no undeclared members. */
const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({ $id: 'document', components: closed(document.components) as object });
const validators = new Map<Schema, ValidateFunction>();

/** What is wrong with a value according to a schema, including undeclared members. */
export function faultsOf(schema: Schema, value: unknown): string[] {
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"document#/')) as object);
    validators.set(schema, validate);
  }
  validate(value);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

export const documentedExample = (schema: Schema): unknown => exampleOf(schema, resolve);

export interface DocumentedCall extends Pick<ApiCall, 'token' | 'headers'> {
  // Replaces path parameters, or is appended to the path.
  readonly at?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  /** Members of the body that refer to objects on this server. */
  readonly with?: object;
}

/** Calls operations as documented, checks their answers, and remembers which were called. */
export class DocumentedCalls {
  readonly seen = new Set<string>();

  constructor(private readonly api: Api) {}

  /** @returns the body of the answer */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into answers freely
  async call(id: string, { at = {}, query = '', with: own = {}, ...credential }: DocumentedCall = {}): Promise<any> {
    const name = BY_ID.get(id) ?? '';
    const [method = '', path = ''] = name.split(' ');
    const sent = DOCUMENTED.get(`${name} body`);
    const { status, body } = await this.api(
      method,
      path.replace(/\{(\w+)\}/g, (_, key: string) => String(at[key])) + query,
      {
        ...credential,
        ...(sent && { body: { ...(documentedExample(sent) as object), ...own } }),
      },
    );
    if (status < 200 || status > 299) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    const answered = DOCUMENTED.get(`${name} ${status}`);
    const faults = answered === undefined ? [] : faultsOf(answered, body);
    if (faults.length > 0) throw new Error(`${id} is not answered as documented: ${faults.join('; ')}`);
    if (sent !== undefined) this.seen.add(`${name} body`);
    if (answered !== undefined) this.seen.add(`${name} ${status}`);
    return body;
  }
}
