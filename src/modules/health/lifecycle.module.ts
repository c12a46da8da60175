import { Global, Module } from '@nestjs/common';
import { Absences } from './absences.service.js';
import { Lifecycle } from './lifecycle.js';

/** Separate from the health routes, because what drains (the transport) must not depend on them. */
@Global()
@Module({ providers: [Absences, Lifecycle], exports: [Absences, Lifecycle] })
export class LifecycleModule {}
