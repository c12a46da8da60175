import { type LoggerService } from '@nestjs/common';
import { inspect } from 'node:util';
import { prettyFactory } from 'pino-pretty';
import { pino, type DestinationStream, type Level, type Logger as PinoLogger } from 'pino';
import { type ObservabilitySection } from '../../config/app-config.js';
import { currentRequest } from '../../common/context/request-context.js';
import { describeError, redact, redactText } from './redact.js';

/** Nest logs every module and route it sets up: only worth reading when debugging the start. */
const CHATTY_CONTEXTS: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'WebSocketsController',
]);

/** Members that lines have by themselves; a caller's fields cannot replace them. */
const RESERVED: ReadonlySet<string> = new Set(['level', 'time', 'pid', 'context']);

type Fields = Record<string, unknown>;

/**
 * Logs one JSON object per line, or text for people, through Nest's Logger API:
 *
 * - `logger.warn('closed')` → `{"level":"warn","time":…,"pid":…,"context":"Class","msg":"closed"}`
 * - `logger.warn('closed', { connectionId })` or `logger.warn({ msg: 'closed', connectionId })` adds the fields
 * - `logger.error('failed', error)`, `logger.error(error)` or a member `err` adds `err` with type, message, code, stack
 *   and cause
 *
 * `ambient` supplies what belongs to the current request, e.g. `requestId`. Secrets are redacted as defence in depth.
 */
export class JsonLogger implements LoggerService {
  constructor(private readonly sink: PinoLogger) {}

  static create(
    settings: Pick<ObservabilitySection, 'logLevel' | 'logFormat'>,
    ambient: () => Fields = requestFields,
    to?: DestinationStream,
  ): JsonLogger {
    const options = {
      level: settings.logLevel,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      mixin: ambient,
      // By default pino writes the line's fields into the object the mixin returned, which others may hold.
      mixinMergeStrategy: (line: object, shared: object) => ({ ...shared, ...line }),
      serializers: { err: (described: unknown) => described },
    };
    // Asynchronous, so that a slow reader of the log does not stop the sockets; flushed when the process ends.
    const destination = to ?? pino.destination({ dest: 1, sync: false });
    return new JsonLogger(pino(options, settings.logFormat === 'pretty' ? readable(destination) : destination));
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write(CHATTY_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.sink.isLevelEnabled(level)) return;
    const last = rest.at(-1);
    const context = typeof last === 'string' && !isStack(last) ? last : undefined;
    const fields: Fields = context === undefined ? {} : { context };
    const texts = message instanceof Error ? [redactText(message.message)] : [];
    for (const part of [message, ...(context === undefined ? rest : rest.slice(0, -1))]) {
      const text = this.take(part, fields);
      if (text !== undefined) texts.push(text);
    }
    this.sink[level](fields, texts.join(' '));
  }

  /** Puts the fields of `part` into `fields`. @returns the text that it adds to the message, if any */
  private take(part: unknown, fields: Fields): string | undefined {
    if (part === undefined || part === null) return undefined;
    if (part instanceof Error) {
      fields['err'] = describeError(part);
      return undefined;
    }
    if (typeof part === 'string' && isStack(part)) {
      fields['err'] ??= { stack: redactText(part) };
      return undefined;
    }
    if (typeof part === 'string') return redactText(part);
    if (typeof part !== 'object') return inspect(part);
    const { msg, err, ...more } = redact(part) as Fields;
    if (err !== undefined) fields['err'] = err;
    for (const [key, value] of Object.entries(more)) if (!RESERVED.has(key)) fields[key] = value;
    return typeof msg === 'string' ? msg : undefined;
  }
}

/** For people: time, level, context and message on one line, the rest below it. */
function readable(destination: DestinationStream): DestinationStream {
  const format = prettyFactory({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,context',
    messageFormat: (log, messageKey) => [log['context'], log[messageKey]].filter(Boolean).join(': '),
  });
  return {
    write: (line) => {
      destination.write(format(line));
    },
  };
}

/** Fields that every line inside a request has. */
function requestFields(): Fields {
  const request = currentRequest();
  if (request === undefined) return {};
  const { requestId, principal } = request;
  return principal === undefined ? { requestId } : { requestId, principal: `${principal.kind}:${principal.id}` };
}

/** Nest's own code passes stacks as text. */
function isStack(text: string): boolean {
  return /\n\s+at /.test(text);
}
