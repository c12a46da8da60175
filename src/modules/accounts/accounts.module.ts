import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { User } from '../../entities/accounts/user.entity.js';
import { AccountRemovals } from './account-removals.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsRepository } from './accounts.repository.js';
import { Accounts } from './accounts.service.js';
import { FirstAdmin } from './first-admin.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([User])],
  controllers: [AccountsController],
  providers: [AccountRemovals, Accounts, AccountsRepository, FirstAdmin],
  exports: [AccountRemovals, Accounts],
})
export class AccountsModule {}
