import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { API_V1 } from '../../../common/http/api-v1-controller.js';
import { currentRequest } from '../../../common/context/request-context.js';
import { AppError } from '../../../common/errors/app-error.js';
import { hasRole } from '../../../common/security/role.js';
import { covers, type Scope, scopeOf } from '../../../common/security/scope.js';
import { isMachineKey } from '../machine-keys/machine-key.js';
import { MachineKeys } from '../machine-keys/machine-keys.service.js';
import { ACCESS, type Access, type AccountAccess, type ApiRequest } from './access.js';
import { ApiKeys } from '../api-keys/api-keys.service.js';
import { AccessTokens } from '../logins/access-tokens.service.js';
import { FeatureTokens } from './feature-tokens.service.js';
import { type RestPrincipal } from '../principals/machine-key-principal.js';
import { type Principal } from '../../realtime/principal.js';
import { RequestAllowance } from './request-allowance.service.js';

/**
 * Admits a request to its route: identifies who makes it, charges their rate limit (or their address's), and checks
 * what the route's decorator declares. Only those decorators bind it; it is never global, because global guards also
 * run for socket messages.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly keys: ApiKeys,
    private readonly machineKeys: MachineKeys,
    private readonly featureTokens: FeatureTokens,
    private readonly allowance: RequestAllowance,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<Access | undefined>(ACCESS, context.getHandler());
    if (access === undefined) throw new Error(`${context.getHandler().name} does not declare who may call it`);
    const request = context.switchToHttp().getRequest<ApiRequest>();
    if (access.kind === 'application') return this.admitApplication(request);
    const isByKey = access.kind !== 'public' && access.applications && request.headers.authorization === undefined;
    if (isByKey) return this.admitApplication(request);
    if (access.kind === 'bearer') return this.admitBearer(request, access.applications ?? false);
    if (access.kind === 'public' || (access.anyone && request.headers.authorization === undefined)) {
      await this.allowance.chargeAddress(addressOf());
      return true;
    }
    const principal = await this.guessing(() => this.identify(request));
    await this.allowance.charge(`${principal.kind}:${principal.id}`);
    request.principal = principal;
    remember(principal);
    const tag = this.reflector.get<string>(API_V1, context.getClass());
    requireRights(principal, access, scopeOf(tag, request.method));
    return true;
  }

  private async admitApplication(request: ApiRequest): Promise<true> {
    const key = request.headers['api-key'];
    const application = await this.guessing(() => this.keys.identify(Array.isArray(key) ? key[0] : key));
    await this.allowance.charge(`application:${application.id}`);
    request.application = application;
    remember(application);
    return true;
  }

  private async admitBearer(request: ApiRequest, forTicket: boolean): Promise<true> {
    const bearer = await this.guessing(async () => {
      const token = bearerToken(request.headers.authorization);
      if (forTicket && isMachineKey(token)) throw new AppError('forbidden', 'Machine keys cannot open sockets.');
      const verify = this.featureTokens.verifierOf(token, forTicket);
      return verify ? verify(token) : this.tokens.verifyAccount(token);
    });
    await this.allowance.charge(`${bearer.kind}:${bearer.id}`);
    request.bearer = bearer;
    remember(bearer);
    return true;
  }

  private identify(request: ApiRequest): Promise<RestPrincipal> {
    const token = bearerToken(request.headers.authorization);
    if (!isMachineKey(token)) return this.tokens.verifyAccount(token);
    return this.machineKeys.identify(token, addressOf(), () => request.socket.destroyed);
  }

  /** Failed identification counts against the client's address. */
  private async guessing<T>(identify: () => Promise<T>): Promise<T> {
    try {
      return await identify();
    } catch (error) {
      if (error instanceof AppError && error.kind === 'unauthenticated') {
        await this.allowance.chargeAddress(addressOf());
      }
      throw error;
    }
  }
}

/** @throws AppError `forbidden`, `insufficient_scope` */
function requireRights(principal: RestPrincipal, access: AccountAccess, scope: Scope): void {
  if (principal.kind === 'user') {
    if (!hasRole(principal.role, access.role)) throw new AppError('forbidden', `This needs the role ${access.role}.`);
  } else if (principal.kind === 'device') {
    if (!access.devices) throw new AppError('forbidden', 'Devices may not do this.');
  } else {
    if (!access.keys) throw new AppError('forbidden', 'Machine keys may not do this.');
    if (!covers(principal.scopes, scope)) throw new AppError('insufficient_scope', `This needs the scope ${scope}.`);
  }
}

function bearerToken(header: string | undefined): string {
  const token = /^Bearer +([^\s]+)$/i.exec(header ?? '')?.[1];
  if (token === undefined)
    throw new AppError('unauthenticated', 'A bearer credential is needed: Authorization: Bearer <access token>.');
  return token;
}

/** For logs and the audit log. */
function remember({ kind, id, label }: Principal): void {
  const current = currentRequest();
  if (current) current.principal = { kind, id, label };
}

const addressOf = (): string => currentRequest()?.address ?? '';
