import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { User } from '../../entities/accounts/user.entity.js';
import { AccountEndings } from './account-endings.js';
import { AccountLoginsController } from './account-logins.controller.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { Accounts } from './accounts.service.js';
import { AccountExportController } from './export/account-export.controller.js';
import { AccountExportRepository } from './export/account-export.repository.js';
import { AccountExport } from './export/account-export.service.js';
import { FirstAdmin } from './first-admin.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [AccountExportController, AccountLoginsController, AccountsController],
  providers: [AccountEndings, AccountExport, AccountExportRepository, Accounts, AccountsRepository, FirstAdmin],
  exports: [AccountEndings, Accounts],
})
export class AccountsModule {}
