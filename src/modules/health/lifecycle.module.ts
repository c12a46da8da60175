import { Global, Module } from '@nestjs/common';
import { Lifecycle } from './lifecycle.js';

/** Apart from the health routes, because what drains (the transport) must not depend on them. */
@Global()
@Module({ providers: [Lifecycle], exports: [Lifecycle] })
export class LifecycleModule {}
