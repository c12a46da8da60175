import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { type Observable } from 'rxjs';
import { AppError } from '../../errors/app-error.js';
import { refuseUnknown } from './input.pipe.js';

const OTHER_BODY = 'api-v1:other-body';

/** For a route that reads its body itself (multipart, uploads): media types other than JSON are let through. */
export const AcceptsOtherBodies = (): MethodDecorator => SetMetadata(OTHER_BODY, true);

/**
 * What holds for every route under `/api/v1`: answers are never cached, bodies are JSON, and a route that declares
 * neither body nor query is sent none.
 */
@Injectable()
export class JsonApiInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    const readsBody = this.reflector.get<boolean | undefined>(OTHER_BODY, context.getHandler()) ?? false;
    if (!readsBody && hasBody(request)) {
      if (!request.is('application/json'))
        throw new AppError('unsupported_media_type', 'The body must be application/json.');
      if (!declares(context, RouteParamtypes.BODY)) refuseUnknown('body', request.body ?? {});
    }
    if (!declares(context, RouteParamtypes.QUERY)) refuseUnknown('query', request.query);
    return next.handle();
  }
}

/** Whether the route has a parameter of this kind. Nest keeps them by `<kind>:<index>`. */
function declares(context: ExecutionContext, kind: RouteParamtypes): boolean {
  const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name);
  return Object.keys(parameters ?? {}).some((name) => name.startsWith(`${kind}:`));
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
