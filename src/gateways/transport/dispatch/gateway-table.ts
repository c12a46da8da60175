import { type ExceptionFilter, Logger, type Type } from '@nestjs/common';
import {
  EXCEPTION_FILTERS_METADATA,
  FILTER_CATCH_EXCEPTIONS,
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
} from '@nestjs/common/internal';
import { MetadataScanner } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { MESSAGE_MAPPING_METADATA, MESSAGE_METADATA } from '@nestjs/websockets/internal';
import { AppError } from '../../../common/errors/app-error.js';
import { type Connection } from '../../../modules/realtime/connection.js';
import { DISCONNECT } from '../../../modules/realtime/disconnect-reason.js';
import { type PayloadValidator, payloadValidator } from './payload-validation.js';

type Method = (...args: unknown[]) => unknown;

/** A gateway method with its validator and filters. */
export interface Handler {
  readonly call: Method;
  readonly validate: PayloadValidator | undefined;
  readonly filters: readonly BoundFilter[];
}

interface BoundFilter {
  readonly filter: ExceptionFilter;
  /** Empty = every error. */
  readonly types: readonly Type<Error>[];
}

/** Finds the instance of a filter class that Nest created for the gateway's module. */
export type FilterResolver = (filter: Type<ExceptionFilter>) => ExceptionFilter;

/**
 * A gateway's `@SubscribeMessage` methods, filters and payload classes as one table, built once. Nest's own pipeline
 * binds every handler anew for each client and wraps each message in several promises; this one calls the method
 * directly and stays synchronous if the method does. Nothing here throws or rejects: what a method throws goes to its
 * filter.
 */
export class GatewayTable {
  private readonly logger: Logger;
  private readonly handlers = new Map<string, Handler>();
  private readonly filters: readonly BoundFilter[];

  constructor(
    private readonly gateway: object,
    private readonly resolve: FilterResolver,
  ) {
    const type = gateway.constructor as Type;
    this.logger = new Logger(type.name);
    this.filters = this.filtersOf(type);
    if (this.filters.length === 0) throw new Error(`${type.name} needs @UseFilters: errors must reach its clients`);
    refuseUnsupported(type, type.name);
    this.readHandlers(type);
  }

  /** Names of the messages this gateway handles. */
  get events(): IterableIterator<string> {
    return this.handlers.keys();
  }

  has(event: string): boolean {
    return this.handlers.has(event);
  }

  find(event: string): Handler | undefined {
    return this.handlers.get(event);
  }

  /** Calls the method for `event` with `(connection, data, extra)`. Does nothing when there is none. */
  invoke(event: string, connection: Connection, data: unknown, extra?: unknown): void | Promise<void> {
    const handler = this.handlers.get(event);
    if (handler !== undefined) return this.call(handler, connection, data, extra);
  }

  call(handler: Handler, connection: Connection, data: unknown, extra?: unknown): void | Promise<void> {
    try {
      const payload = handler.validate ? handler.validate(data) : data;
      const result = handler.call(connection, payload, extra);
      if (!(result instanceof Promise)) return;
      return result.then(undefined, (error: unknown) => this.caught(error, [connection, data, extra], handler.filters));
    } catch (error) {
      return this.caught(error, [connection, data, extra], handler.filters);
    }
  }

  /** Runs another action of the gateway under its filters. */
  guarded(connection: Connection, action: () => void | Promise<void>): void | Promise<void> {
    try {
      const result = action();
      if (!(result instanceof Promise)) return;
      return result.then(undefined, (error: unknown) => this.caught(error, [connection], this.filters));
    } catch (error) {
      return this.caught(error, [connection], this.filters);
    }
  }

  /** Hands an error to the gateway's filter. */
  fail(error: unknown, connection: Connection, data?: unknown, extra?: unknown): void | Promise<void> {
    return this.caught(error, [connection, data, extra], this.filters);
  }

  private caught(
    error: unknown,
    args: readonly [Connection, ...unknown[]],
    filters: readonly BoundFilter[],
  ): void | Promise<void> {
    args[0].watcher?.('refused', error instanceof AppError ? error.code : 'internal_error');
    const bound = filters.find(({ types }) => types.length === 0 || types.some((type) => error instanceof type));
    if (bound === undefined) {
      this.failed(error, args[0]);
      return;
    }
    const host = new ExecutionContextHost([...args], this.gateway.constructor as Type);
    host.setType('ws');
    try {
      const result: unknown = bound.filter.catch(error, host);
      if (result instanceof Promise) {
        return result.then(undefined, (failure: unknown) => {
          this.failed(failure, args[0]);
        });
      }
    } catch (failure) {
      this.failed(failure, args[0]);
    }
  }

  /** A failing filter is a bug of ours, so the client may come back. */
  private failed(error: unknown, connection: Connection): void {
    this.logger.error({ msg: 'a socket filter failed', connectionId: connection.id, err: error });
    connection.close(DISCONNECT.internal);
  }

  private readHandlers(type: Type): void {
    const prototype = type.prototype as object;
    for (const name of new MetadataScanner().getAllMethodNames(prototype)) {
      const method = (prototype as Record<string, unknown>)[name] as Method;
      if (Reflect.getMetadata(MESSAGE_MAPPING_METADATA, method) === undefined) continue;
      const event = Reflect.getMetadata(MESSAGE_METADATA, method) as string;
      if (this.handlers.has(event)) throw new Error(`${type.name} handles ${event} twice`);
      refuseUnsupported(method, `${type.name}.${name}`);
      this.handlers.set(event, {
        call: method.bind(this.gateway),
        validate: payloadValidator(prototype, name),
        filters: [...this.filtersOf(method), ...this.filters],
      });
    }
  }

  private filtersOf(target: object): BoundFilter[] {
    const declared = (Reflect.getMetadata(EXCEPTION_FILTERS_METADATA, target) ?? []) as (
      ExceptionFilter | Type<ExceptionFilter>
    )[];
    return declared.map((entry) => {
      const filter = typeof entry === 'function' ? this.resolve(entry) : entry;
      const types = (Reflect.getMetadata(FILTER_CATCH_EXCEPTIONS, filter.constructor) ?? []) as Type<Error>[];
      return { filter, types };
    });
  }
}

/** Better not to boot than to have a guard that silently does not guard. */
function refuseUnsupported(target: object, name: string): void {
  for (const [key, what] of [
    [GUARDS_METADATA, 'guards: admit in handleUpgrade or in the first message'],
    [INTERCEPTORS_METADATA, 'interceptors'],
  ] as const) {
    if (Reflect.getMetadata(key, target) !== undefined) throw new Error(`${name} uses ${what}; sockets have none`);
  }
}
