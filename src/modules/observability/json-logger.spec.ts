import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JsonLogger } from './json-logger.js';

type Line = Record<string, unknown>;

describe('JsonLogger', () => {
  let lines: Line[];
  let ambient: Line;
  let json: JsonLogger;

  beforeEach(() => {
    lines = [];
    ambient = {};
    json = JsonLogger.create({ logLevel: 'debug', logFormat: 'json' }, () => ambient, {
      write: (line) => lines.push(JSON.parse(line) as Line),
    });
    Logger.overrideLogger(json);
  });

  afterEach(() => {
    Logger.overrideLogger(false);
  });

  it('writes one object per line with level, time, process, context and message', () => {
    new Logger('Hub').warn('slow');
    expect(lines).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), pid: process.pid, context: 'Hub', msg: 'slow' },
    ]);
  });

  it('writes text for people if requested: one line, with further details below it', () => {
    const texts: string[] = [];
    const pretty = JsonLogger.create({ logLevel: 'info', logFormat: 'pretty' }, () => ({}), {
      write: (text) => texts.push(text),
    });
    pretty.warn({ msg: 'slow', connectionId: 'c7', password: 'x' }, 'Hub');
    expect(texts.join('')).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] WARN: Hub: slow\n {4}connectionId: "c7"\n/);
    expect(texts.join('')).not.toContain('"x"');
  });

  it('adds what belongs to the current request', () => {
    ambient = { requestId: 'r-1' };
    new Logger('Hub').log('inside');
    expect(lines[0]).toMatchObject({ requestId: 'r-1', msg: 'inside' });
  });

  it('adds fields, without letting them replace its own', () => {
    new Logger('Transport').log('closed', { connectionId: 'c7', code: 4008, level: 'fatal', context: 'x', pid: 1 });
    expect(lines[0]).toMatchObject({
      level: 'info',
      context: 'Transport',
      pid: process.pid,
      connectionId: 'c7',
      code: 4008,
    });
  });

  it('also takes message and error from an object', () => {
    new Logger('X').error({ msg: 'a filter failed', connectionId: 'c7', err: new Error('below') });
    expect(lines[0]).toMatchObject({
      level: 'error',
      context: 'X',
      msg: 'a filter failed',
      connectionId: 'c7',
      err: { type: 'Error', message: 'below', stack: expect.any(String) },
    });
  });

  it('describes errors, whether they are the message, an addition or a stack as text', () => {
    const logger = new Logger('X');
    logger.error(new Error('first'));
    logger.error('while saving', new Error('second'));
    logger.error('third', new Error('third').stack);
    expect(lines[0]).toMatchObject({ msg: 'first', err: { type: 'Error', message: 'first' } });
    expect(lines[1]).toMatchObject({ msg: 'while saving', err: { message: 'second' } });
    expect(lines[2]).toMatchObject({ msg: 'third', context: 'X', err: { stack: expect.stringContaining('third') } });
  });

  it('keeps secrets out of messages, fields and errors', () => {
    const logger = new Logger('X');
    logger.log('got Bearer hunter2', { headers: { authorization: 'hunter2' }, url: 'postgres://a:hunter2@b/c' });
    logger.error(new Error('no postgres://a:hunter2@b/c'));
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('keeps each entry on one line, whatever a client puts into it', () => {
    const raw: string[] = [];
    const logger = JsonLogger.create({ logLevel: 'info', logFormat: 'json' }, undefined, {
      write: (line) => raw.push(line),
    });
    logger.log('a\n{"level":"fatal"}\u2028b', { name: '\u001b[31mred\n' }, 'X');
    expect(raw).toHaveLength(1);
    expect(raw[0]?.trimEnd()).not.toMatch(/[\n\u001b]/);
  });

  it('leaves out what is below the configured level, and the messages of Nest’s start', () => {
    const quiet = JsonLogger.create({ logLevel: 'info', logFormat: 'json' }, undefined, {
      write: (line) => lines.push(JSON.parse(line) as Line),
    });
    quiet.debug('no');
    quiet.verbose('no');
    quiet.log('Mapped {/api/v1/services, GET} route', 'RouterExplorer');
    expect(lines).toEqual([]);
  });
});
