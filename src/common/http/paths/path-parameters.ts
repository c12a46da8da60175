import { Param, type PipeTransform } from '@nestjs/common';
import { ApiParam, type ApiParamOptions } from '@nestjs/swagger';

/** Descriptions of path parameters, by name. The linter of the OpenAPI document fails when one is missing. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  id: 'Its id.',
  code: 'A currently valid code, or the id of what it leads to if that has one.',
  keyId: "The key's id.",
  identityId: "The identity's id.",
  issuerId: "The token issuer's id.",
  loginId: "The login's id, or `all` for every one.",
  name: "The room's name.",
  iotaId: "The home server's UUID, in any case.",
  userId: "The user's id.",
};

/** Adds descriptions to path parameters that have none. */
export function describePathParameters(parameters: readonly object[] = []): void {
  for (const parameter of parameters as { in?: string; name?: string; description?: string }[]) {
    const description = DESCRIPTIONS[parameter.name ?? ''];
    if (parameter.in === 'path' && description !== undefined) parameter.description ??= description;
  }
}

/** A path parameter that is read by `pipe` and documented with `docs`. */
export function pathParameter(name: string, pipe: PipeTransform, docs: Partial<ApiParamOptions>): ParameterDecorator {
  return (target, key, index) => {
    Param(name, pipe)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || descriptor === undefined) return;
    ApiParam({ name, ...docs })(target, key, descriptor);
  };
}
