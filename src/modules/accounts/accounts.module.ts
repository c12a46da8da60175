import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Identity } from '../../entities/accounts/identity.entity.js';
import { User } from '../../entities/accounts/user.entity.js';
import { AccountEndings } from './account-endings.js';
import { AccountIdentitiesController } from './oidc/account-identities.controller.js';
import { AccountIdentities } from './oidc/account-identities.service.js';
import { AccountLoginsController } from './account-logins.controller.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { Accounts } from './accounts.service.js';
import { AccountExportController } from './export/account-export.controller.js';
import { AccountExportRepository } from './export/account-export.repository.js';
import { AccountExport } from './export/account-export.service.js';
import { FirstAdmin } from './first-admin.service.js';
import { IdentitiesRepository } from './oidc/identities.repository.js';
import { OidcAccounts } from './oidc/oidc-accounts.service.js';
import { OidcController } from './oidc/oidc.controller.js';
import { OidcProvider } from './oidc/oidc-provider.service.js';
import { OidcSignIn } from './oidc/oidc-sign-in.service.js';
import { PendingSignIns } from './oidc/pending-sign-ins.js';

@Module({
  imports: [TypeOrmModule.forFeature([User, Identity])],
  controllers: [
    AccountExportController,
    AccountIdentitiesController,
    AccountLoginsController,
    AccountsController,
    OidcController,
  ],
  providers: [
    AccountEndings,
    AccountExport,
    AccountExportRepository,
    AccountIdentities,
    Accounts,
    AccountsRepository,
    FirstAdmin,
    IdentitiesRepository,
    OidcAccounts,
    OidcProvider,
    OidcSignIn,
    PendingSignIns,
  ],
  exports: [AccountEndings, Accounts],
})
export class AccountsModule {}
