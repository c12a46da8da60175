import 'reflect-metadata';
import { DiagnosticSeverity, Parser } from '@asyncapi/parser/cjs/index.js';
import { MESSAGE_METADATA } from '@nestjs/websockets/internal';
import { MetadataScanner } from '@nestjs/core';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAsyncApi, formatAsyncApi } from '../../src/common/asyncapi/document.js';
import { pagePolicy } from '../../src/common/http/policy/security-headers.js';
import { parts, type Schema } from '../../src/cli/contract/json-schema.js';
import { CONTRACTS } from '../../src/contracts.js';
import { CirclesGateway } from '../../src/gateways/circles/circles.gateway.js';
import { circlesContract } from '../../src/gateways/circles/circles.contract.js';
import { SignalingGateway } from '../../src/gateways/signaling/signaling.gateway.js';
import { signalingContract } from '../../src/gateways/signaling/signaling.contract.js';
import { type RunningApp, startApp } from '../support/app.js';
import { declared, messageOf } from '../support/frame-contract.js';

const SEVERE: readonly number[] = [DiagnosticSeverity.Error, DiagnosticSeverity.Warning];

const document = buildAsyncApi(CONTRACTS);

describe('the AsyncAPI document', () => {
  it('is accepted by the AsyncAPI parser', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(formatAsyncApi(document));
    const severe = diagnostics.filter(({ severity }) => SEVERE.includes(severity));
    expect(severe.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([]);
    expect(parsed?.version()).toBe('3.0.0');
  });

  it('describes every member', () => {
    const silent = (schema: Schema, place: string): string[] =>
      parts(schema).flatMap(([step, part]) => {
        const isMember = schema.properties?.[step] === part;
        // Its content describes it.
        const isClear =
          part.description ?? part.$ref ?? ('const' in part || Object.keys(part.properties ?? {}).length > 0);
        return [...(isMember && !isClear ? [`${place}.${step}`] : []), ...silent(part, `${place}.${step}`)];
      });
    expect(Object.entries(document.components.schemas).flatMap(([name, schema]) => silent(schema, name))).toEqual([]);
  });

  it('is committed', async () => {
    expect(await readFile('asyncapi/asyncapi.json', 'utf8')).toBe(formatAsyncApi(document));
  });

  it('has the channels at their real addresses', () => {
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual([
      '/ws',
      '/ws/endpoint/{code}',
      '/sse/endpoint/{code}',
      '/ws/room/{name}',
      '/sse/room/{name}',
      '/socket.io',
      '/socket.io',
      '/ws/iota',
      '/ws/client',
      '/ws/call',
      '/ws/console',
    ]);
  });

  it.each(CONTRACTS)('gives examples of $name that match that message, and none before it', (channel) => {
    for (const direction of ['receives', 'sends', 'replies'] as const) {
      for (const { name, examples } of declared(channel, direction)) {
        for (const example of examples) expect(messageOf(channel, direction, example)?.name).toBe(name);
      }
    }
  });

  it.each([
    [CirclesGateway, circlesContract],
    [SignalingGateway, signalingContract],
  ])('contains the events that %o handles', (gateway, { receives }) => {
    const prototype = gateway.prototype as object;
    const methods = new MetadataScanner().getAllMethodNames(prototype);
    const handled = methods.flatMap(
      (name) => Reflect.getMetadata(MESSAGE_METADATA, (prototype as Record<string, object>)[name] as object) ?? [],
    );
    expect(receives.map(({ title }) => title).sort()).toEqual(handled.sort());
  });

  describe('the served AsyncAPI document', () => {
    let server: RunningApp;
    beforeAll(async () => {
      server = await startApp();
    });
    afterAll(() => server.close());

    const get = (accept: string) => fetch(`${server.url}/docs-asyncapi`, { headers: { accept } });

    it.each(['application/json', 'application/json, text/plain, */*'])('is JSON for %s', async (accept) => {
      const answer = await get(accept);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.headers.get('vary')).toContain('Accept');
      expect(await answer.json()).toEqual(JSON.parse(formatAsyncApi(document)));
    });

    it.each(['text/html,application/xhtml+xml,*/*;q=0.8', '*/*'])('is a page for %s', async (accept) => {
      const answer = await get(accept);
      expect(answer.headers.get('content-type')).toContain('text/html');
      expect(answer.headers.get('content-security-policy')).toBe(pagePolicy());
      const page = await answer.text();
      expect(page).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|(?:href|src)="(?:https?:)?\/\//);
      const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target]) => target);
      expect(targets.filter((target) => !page.includes(`id="${target}"`))).toEqual([]);
      const names = Object.keys(document.components.messages);
      expect(names.filter((name) => !page.includes(name))).toEqual([]);
    });
  });
});
