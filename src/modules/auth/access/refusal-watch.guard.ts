import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Response } from 'express';
import { currentRequest } from '../../../common/context/request-context.js';
import { API_V1 } from '../../../common/http/api-v1-controller.js';
import { Refusals } from '../../audit/refusals.service.js';
import { type Access } from './access.js';

/** Whether refusals are worth recording: on all other routes, an expired token is an everyday event. */
export const isAdministrative = (access: Access): boolean =>
  access.kind === 'application' || (access.kind === 'account' && (access.role !== 'user' || access.keys === true));

/** Lets everybody through, and records who was then refused, by the next guard or by the route itself. */
@Injectable()
export class RefusalWatch implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly refusals: Refusals,
  ) {}

  canActivate(context: ExecutionContext): true {
    const response = context.switchToHttp().getResponse<Response>();
    const operation = `${this.reflector.get<string>(API_V1, context.getClass())}.${context.getHandler().name}`;
    const request = currentRequest();
    response.once('finish', () => {
      if (![401, 403].includes(response.statusCode)) return;
      const target = { kind: 'operation', id: operation, label: operation };
      this.refusals.count({ action: 'access.refuse', target, outcome: 'refused' }, request);
    });
    return true;
  }
}
