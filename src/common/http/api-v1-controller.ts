import { applyDecorators, Controller, SetMetadata, UseGuards, UsePipes } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { ApiTags } from '@nestjs/swagger';
import { ApiProblems } from './problems/api-problems.js';
import { InputPipe } from './input/input.pipe.js';
import { JsonApiGuard } from './input/json-api.guard.js';

/** Metadata key of controllers whose routes must all declare who may call them; its value is their tag. */
export const API_V1 = 'api-v1';

/**
 * A controller of REST v1: its path below `/api/v1`, its tag, validated input, JSON bodies, and the problems that any
 * route may answer. Each route also needs one access decorator: `Authenticated`, `MaybeAuthenticated` or `Public`.
 */
export function ApiV1Controller(path: string, tag = path): ClassDecorator {
  return applyDecorators(
    SetMetadata(API_V1, tag),
    Controller(`api/v1/${path}`),
    ApiTags(tag),
    UsePipes(InputPipe),
    takeJson,
    // Also a route that takes no input may be sent some.
    ApiProblems(422, 429, 500, 503),
  );
}

/** Of each route, after the guards that it has: those of the class would go before them. */
function takeJson({ prototype }: { readonly prototype: object }): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const handler: unknown = descriptor.value;
    // The class itself is there, too, and has a path.
    if (typeof handler !== 'function' || handler === prototype.constructor) continue;
    if (!Reflect.hasMetadata(PATH_METADATA, handler)) continue;
    UseGuards(JsonApiGuard)(prototype, name, descriptor);
  }
}
