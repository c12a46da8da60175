import { Module } from '@nestjs/common';
import { ConsoleFilter } from './console.filter.js';
import { ConsoleGateway } from './console.gateway.js';

/** The socket of consoles; what they can follow is in `modules/console`. */
@Module({ providers: [ConsoleGateway, ConsoleFilter] })
export class ConsoleGatewayModule {}
