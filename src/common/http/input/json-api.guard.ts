import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type Request, type Response } from 'express';
import { AppError } from '../../errors/app-error.js';
import { refuseUnknown } from './input.pipe.js';

const OTHER_BODY = 'api-v1:other-body';

/** For a route that reads its body itself (multipart, uploads): media types other than JSON are let through. */
export const AcceptsOtherBodies = (): MethodDecorator => SetMetadata(OTHER_BODY, true);

/** What a route declares. */
interface Declared {
  readonly body: boolean;
  readonly query: boolean;
  readonly otherBodies: boolean;
}

/**
 * What holds for every route under `/api/v1`: answers are never cached, bodies are JSON, and a route that declares
 * neither body nor query is sent none. Goes after the guards that say who may call it. No interceptor, since it has nothing
 * to do with what the route answers, and each of those makes several observables and promises of every answer.
 */
@Injectable()
export class JsonApiGuard implements CanActivate {
  /** By handler. */
  private readonly known = new WeakMap<object, Declared>();

  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<Request>();
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    const declared = this.declaredBy(context);
    if (!declared.otherBodies && hasBody(request)) {
      if (!request.is('application/json'))
        throw new AppError('unsupported_media_type', 'The body must be application/json.');
      if (!declared.body) refuseUnknown('body', request.body ?? {});
    }
    if (!declared.query) refuseUnknown('query', request.query);
    return true;
  }

  private declaredBy(context: ExecutionContext): Declared {
    const handler = context.getHandler();
    const found = this.known.get(handler);
    if (found !== undefined) return found;
    // Nest keeps parameters by `<kind>:<index>`.
    const parameters: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), handler.name);
    const declares = (kind: RouteParamtypes) =>
      Object.keys(parameters ?? {}).some((name) => name.startsWith(`${kind}:`));
    const declared: Declared = {
      body: declares(RouteParamtypes.BODY),
      query: declares(RouteParamtypes.QUERY),
      otherBodies: Reflect.getMetadata(OTHER_BODY, handler) === true,
    };
    this.known.set(handler, declared);
    return declared;
  }
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
