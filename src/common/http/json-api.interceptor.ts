import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { type Observable } from 'rxjs';
import { AppError } from '../errors/app-error.js';

const OTHER_BODY = 'api-v1:other-body';

/** For a route that reads its body itself (multipart, uploads): media types other than JSON are let through. */
export const AcceptsOtherBodies = (): MethodDecorator => SetMetadata(OTHER_BODY, true);

/** What holds for every route under `/api/v1`: answers are never cached, and bodies are JSON. */
@Injectable()
export class JsonApiInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    context.switchToHttp().getResponse<Response>().setHeader('Cache-Control', 'no-store');
    if (hasBody(request) && !request.is('application/json') && !this.reflector.get(OTHER_BODY, context.getHandler())) {
      throw new AppError('unsupported_media_type', 'The body must be application/json.');
    }
    return next.handle();
  }
}

function hasBody(request: Request): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
