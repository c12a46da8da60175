import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  HttpCode,
  Injectable,
  type NestInterceptor,
  type Type,
  UseInterceptors,
} from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { type Observable, tap } from 'rxjs';

@Injectable()
class LocationInterceptor implements NestInterceptor {
  constructor(private readonly pattern: string) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const { params } = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      tap((body) => {
        response.location(fill(this.pattern, params, body as Values));
      }),
    );
  }
}

type Values = Readonly<Record<string, unknown>>;

const fill = (pattern: string, params: Values, answer: Values): string =>
  pattern.replace(/:(\w+)|\{(\w+)\}/g, (_match, param: string | undefined, member: string | undefined) =>
    encodeURIComponent(String(param === undefined ? answer[member ?? ''] : params[param])),
  );

/**
 * The route answers 201 with a `type` and its `Location`: `pattern` below `/api/v1`, in which `:name` is a parameter of
 * the request path and `{name}` a member of the response, e.g. `applications/:id/keys/{id}`.
 */
export function Creates(type: Type, pattern: string): MethodDecorator {
  return applyDecorators(
    HttpCode(201),
    ApiResponse({
      status: 201,
      type,
      headers: {
        Location: {
          description: 'Where the new resource is.',
          schema: { type: 'string', example: `/api/v1/${pattern.replace(/:\w+|\{\w+\}/g, '1')}` },
        },
      },
    }),
    UseInterceptors(new LocationInterceptor(`/api/v1/${pattern}`)),
  );
}

/** The route answers 204 without a body. */
export function NoContent(description = 'Done.'): MethodDecorator {
  return applyDecorators(HttpCode(204), ApiResponse({ status: 204, description }));
}
