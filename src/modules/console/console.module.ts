import { Global, Module } from '@nestjs/common';
import { Feeds } from './feeds.service.js';
import { ConsoleSubscriptions } from './subscriptions.service.js';

/**
 * What consoles follow live. Global, since each feature registers what can be followed. The socket is in
 * `gateways/console`.
 */
@Global()
@Module({ providers: [Feeds, ConsoleSubscriptions], exports: [Feeds, ConsoleSubscriptions] })
export class ConsoleModule {}
