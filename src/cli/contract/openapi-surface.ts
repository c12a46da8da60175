import { resolver } from './json-schema.js';
import { type OpenApiDocument, type Operation, operationsOf, type Response } from './openapi-document.js';
import { type Part, type Surface } from './surface.js';

/** The operations of an OpenAPI document, with their ids, parameters, bodies and answers. */
export function openApiSurface(document: OpenApiDocument): Surface {
  const resolve = resolver(document);
  const answer = (response: Response): Response => (response.$ref === undefined ? response : resolve(response.$ref));
  return {
    resolve,
    parts: new Map(operationsOf(document).flatMap(([name, operation]) => partsOf(name, operation, answer))),
  };
}

function partsOf(name: string, operation: Operation, resolve: (response: Response) => Response): [string, Part][] {
  const { operationId, parameters = [], requestBody, responses } = operation;
  return [
    [name, { direction: 'answered' }],
    [`${name} operationId ${operationId}`, { owner: name, direction: 'answered' }],
    ...parameters.map(({ in: place, name: parameter, required: isRequired = false, schema }): [string, Part] => [
      `${name} ${place} ${parameter}`,
      { owner: name, direction: 'sent', isRequired, schema },
    ]),
    ...Object.entries(requestBody?.content ?? {}).map(([type, { schema }]): [string, Part] => [
      `${name} body ${type}`,
      { owner: name, direction: 'sent', isRequired: requestBody?.required ?? false, schema },
    ]),
    ...Object.entries(responses).flatMap(([status, response]): [string, Part][] => {
      const part = { owner: name, direction: 'answered', mayGo: !status.startsWith('2') } as const;
      const answered = `${name} answer ${status}`;
      return [
        [answered, part],
        ...Object.entries(resolve(response).content ?? {}).map(([type, { schema }]): [string, Part] => [
          `${answered} ${type}`,
          { ...part, owner: answered, schema },
        ]),
      ];
    }),
  ];
}
