import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Login } from '../../entities/accounts/login.entity.js';
import { MachineKey } from '../../entities/accounts/machine-key.entity.js';
import { User } from '../../entities/accounts/user.entity.js';
import { Device } from '../../entities/circles/device.entity.js';
import { Application } from '../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../entities/rooms/application-key.entity.js';
import { ApiKeys } from './api-keys/api-keys.service.js';
import { ApiKeysRepository } from './api-keys/api-keys.repository.js';
import { AccessTokens } from './logins/access-tokens.service.js';
import { AuthController } from './auth.controller.js';
import { FeatureTokens } from './access/feature-tokens.service.js';
import { LoginEvents } from './logins/login-events.js';
import { Logins } from './logins/logins.service.js';
import { LoginsRepository } from './logins/logins.repository.js';
import { MachineKeys } from './machine-keys/machine-keys.service.js';
import { MachineKeysController } from './machine-keys.controller.js';
import { MachineKeysRepository } from './machine-keys/machine-keys.repository.js';
import { PasswordPolicy } from './logins/password-policy.service.js';
import { PasswordProof } from './logins/password-proof.service.js';
import { Passwords } from './logins/passwords.service.js';
import { RefreshSuccessors } from './logins/refresh-successors.service.js';
import { RequestAllowance } from './access/request-allowance.service.js';
import { RouteDeclarations } from './access/route-declarations.js';
import { SignInThrottle } from './logins/sign-in-throttle.service.js';
import { Tickets } from './tickets/tickets.service.js';
import { TicketsController } from './tickets/tickets.controller.js';

/** Credentials and guards. Global, because the access decorators bind its guard to the routes of every feature. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([User, Login, MachineKey, Device, Application, ApplicationKey]), DiscoveryModule],
  controllers: [AuthController, MachineKeysController, TicketsController],
  providers: [
    AccessTokens,
    ApiKeys,
    ApiKeysRepository,
    FeatureTokens,
    LoginEvents,
    Logins,
    LoginsRepository,
    MachineKeys,
    MachineKeysRepository,
    PasswordPolicy,
    PasswordProof,
    Passwords,
    RefreshSuccessors,
    RequestAllowance,
    RouteDeclarations,
    SignInThrottle,
    Tickets,
  ],
  exports: [
    AccessTokens,
    ApiKeys,
    FeatureTokens,
    LoginEvents,
    Logins,
    MachineKeys,
    PasswordPolicy,
    Passwords,
    RequestAllowance,
    Tickets,
  ],
})
export class AuthModule {}
