import { Global, Module } from '@nestjs/common';
import { Feeds } from './feeds.service.js';
import { ConsoleSubscriptions } from './subscriptions.service.js';

/** What consoles follow live. Global, since each feature says what there is to follow. The socket is in `gateways/console`. */
@Global()
@Module({ providers: [Feeds, ConsoleSubscriptions], exports: [Feeds, ConsoleSubscriptions] })
export class ConsoleModule {}
