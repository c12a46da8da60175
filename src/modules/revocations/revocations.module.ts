import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { KeyRing } from '../../config/key-ring.js';
import { Revocation } from '../../entities/revocations/revocation.entity.js';
import { AuthModule } from '../auth/auth.module.js';
import { RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { RevocationsController } from './revocations.controller.js';
import { RevocationsRepository } from './revocations.repository.js';
import { Revocations } from './revocations.service.js';

/** Revocations for all protocols. Admission checks the kernel's RevocationList, which this module keeps current. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Revocation]), AuthModule],
  controllers: [RevocationsController],
  providers: [
    RevocationsRepository,
    Revocations,
    {
      provide: RevocationSelectors,
      useFactory: (keys: KeyRing) => new RevocationSelectors(keys.derive('revocations')),
      inject: [KeyRing],
    },
  ],
  exports: [RevocationSelectors],
})
export class RevocationsModule {}
