import { applyDecorators, Controller, SetMetadata, UseInterceptors, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiProblems } from './problems/api-problems.js';
import { InputPipe } from './input/input.pipe.js';
import { JsonApiInterceptor } from './input/json-api.interceptor.js';

/** Marks controllers whose routes must all declare who may call them; its value is their tag. */
export const API_V1 = 'api-v1';

/**
 * A controller of REST v1: its path below `/api/v1`, its tag, validated input, JSON bodies and the problems that every
 * route may answer. Each route also needs one access decorator: `Authenticated`, `MaybeAuthenticated` or `Public`.
 */
export function ApiV1Controller(path: string, tag = path): ClassDecorator {
  return applyDecorators(
    SetMetadata(API_V1, tag),
    Controller(`api/v1/${path}`),
    ApiTags(tag),
    UsePipes(InputPipe),
    UseInterceptors(JsonApiInterceptor),
    // Also a route that takes no input may be sent some.
    ApiProblems(422, 429, 500, 503),
  );
}
