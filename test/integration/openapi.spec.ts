import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Get } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataSource } from '../../ormconfig.js';
import { ApiV1Controller } from '../../src/common/http/api-v1-controller.js';
import { downgrade } from '../../src/common/http/openapi/openapi-3-0.js';
import { buildOpenApi, formatOpenApi } from '../../src/common/http/openapi/openapi.js';
import { createApp } from '../../src/create-app.js';
import { Public } from '../../src/modules/auth/access/authenticated.decorator.js';
import { RouteDeclarations } from '../../src/modules/auth/access/route-declarations.js';
import { apiOf } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly responses: Readonly<Record<string, object>>;
  readonly requestBody?: object;
  readonly parameters: readonly object[];
  readonly security?: readonly object[];
}

interface Schema {
  readonly type?: string;
  readonly oneOf?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

describe('the API documents', () => {
  let server: RunningApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(async () => {
    await server.close();
  });

  /** From the committed document, since tests are compiled without the plugin that knows return types. */
  const operations = async () => {
    const document = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
    return Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
    );
  };

  it('have a page that loads nothing from elsewhere, and only files that exist', async () => {
    const page = await fetch(`${server.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    expect(html).not.toMatch(/<script>[^<]/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(link).toMatch(/^\.?\/?[\w./-]+$/);
      const loaded = await fetch(new URL(link, `${server.url}/docs`));
      // An unread answer keeps its connection open, and the closing server waits for it.
      await loaded.arrayBuffer();
      expect(loaded.status, link).toBe(200);
    }
    const init = await (await fetch(`${server.url}/docs/swagger-ui-init.js`)).text();
    expect(init).toContain('"validatorUrl": null');
    const slashed = await fetch(`${server.url}/docs/`);
    await slashed.arrayBuffer();
    expect(slashed.status).toBe(200);
  });

  it('are OpenAPI 3.1 with both kinds of credentials', async () => {
    const { body } = await apiOf(server)('GET', '/docs-json');
    expect(body.openapi).toBe('3.1.0');
    expect((await apiOf(server)('GET', '/docs-json?openapi=3.1')).body).toEqual(body);
    expect(body.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'apiKey', in: 'header', name: 'API-KEY' },
    });
  });

  it('are available as OpenAPI 3.0 for generators that read no newer version', async () => {
    const api = apiOf(server);
    const { status, body } = await api('GET', '/docs-json?openapi=3.0');
    expect([status, body.openapi]).toEqual([200, '3.0.3']);
    const [now, served] = [(await api('GET', '/docs-json')).body, body];
    expect(Object.keys(served.paths)).toEqual(Object.keys(now.paths));
    expect(Object.keys(served.components.schemas)).toEqual(Object.keys(now.components.schemas));
    expect(await new Validator().validate(served)).toMatchObject({ valid: true });
    // The committed document has what the compiler plugin adds.
    const committed = downgrade(JSON.parse(await readFile('openapi/openapi.json', 'utf8')));
    expect(await new Validator().validate({ ...committed })).toMatchObject({ valid: true });
    expect(JSON.stringify(committed)).not.toMatch(/"type":\["|"null"|"const":/);
    for (const query of ['openapi=2.0', 'openapi=', 'openapi=3.0&openapi=3.0']) {
      const answer = await api('GET', `/docs-json?${query}`);
      expect([query, answer.status, answer.body.code]).toEqual([query, 422, 'invalid_input']);
    }
  });

  it('have the version of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect((await apiOf(server)('GET', '/docs-json')).body.info.version).toBe(version);
  });

  it('name every route `resource.action`, once, with a summary, a tag and its answers', async () => {
    const all = (await operations()).filter(({ path }) => path.startsWith('/api/v1/'));
    expect(all.length).toBeGreaterThanOrEqual(14);
    expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
    for (const operation of all) {
      const { operationId, summary, tags, responses, requestBody, parameters } = operation;
      expect(operationId).toMatch(/^[a-z]\w*\.[a-z]\w*$/);
      expect(summary, operationId).toMatch(/\w/);
      expect(tags, operationId).toHaveLength(1);
      const good = Object.keys(responses).filter((status) => /^(2|302)/.test(status));
      // A repeated request returns what the first one created; a range returns a part.
      if (!['200,201', '200,206'].includes(good.join())) expect(good, operationId).toHaveLength(1);
      expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['429', '500', '503']));
      if (requestBody)
        expect(Object.keys(responses), operationId).toEqual(expect.arrayContaining(['400', '413', '415', '422']));
      if (parameters.length > 0) expect(responses, operationId).toHaveProperty('422');
    }
  });

  it('describe every tag, operation, parameter and property', async () => {
    const document = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
    const silent: string[] = [];
    const check = (what: string, { description }: { description?: string }): void => {
      if (!/\w.*\w/.test(description ?? '')) silent.push(what);
    };
    for (const tag of document.tags) check(`tag ${tag.name}`, tag);
    for (const operation of await operations()) {
      check(operation.operationId, operation);
      for (const parameter of operation.parameters as { name: string; description?: string }[])
        check(`${operation.operationId} ${parameter.name}`, parameter);
    }
    for (const [name, { properties = {} }] of Object.entries<Schema>(document.components.schemas))
      for (const [member, schema] of Object.entries(properties)) check(`${name}.${member}`, schema);
    expect(silent).toEqual([]);
  });

  it('give ids as integers, PATCH bodies no defaults, and any JSON no type', async () => {
    const { components, paths } = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
    const schemas = Object.entries<Schema>(components.schemas);
    const members = schemas.flatMap(([name, { properties = {} }]) =>
      Object.entries(properties).map(([member, schema]) => [`${name}.${member}`, schema] as const),
    );
    expect(members.filter(([name, { type }]) => type === 'number' && /[.I]d$/.test(name))).toEqual([]);
    const patched = Object.values<{ patch?: object }>(paths).flatMap(({ patch }) => {
      const [, name] = /schemas\/(\w+Request)"/.exec(JSON.stringify(patch ?? '')) ?? [];
      return name === undefined ? [] : [name];
    });
    expect(patched).toContain('UpdateServiceRequest');
    expect(
      members.filter(([name, schema]) => patched.includes(name.split('.')[0] ?? '') && 'default' in schema),
    ).toEqual([]);
    const anything = members.filter(([name]) => /^(RoomMessageDto|PublishToRoomRequest)\.message$/.test(name));
    expect(anything.map(([, { type, oneOf }]) => [type, oneOf])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('say correctly which routes need a credential', async () => {
    for (const { path, method, operationId, security, responses } of await operations()) {
      if (!path.startsWith('/api/v1/')) continue;
      const answer = await fetch(server.url + path.replace(/\{\w+\}/g, '1'), {
        method: method.toUpperCase(),
        ...(!['get', 'head'].includes(method) && { body: '{}', headers: { 'content-type': 'application/json' } }),
      });
      await answer.arrayBuffer();
      const needed = (security?.length ?? 0) > 0 && !security?.some((each: object) => Object.keys(each).length === 0);
      expect(answer.status === 401, operationId).toBe(needed);
      if (needed) expect(responses, operationId).toHaveProperty('401');
    }
  });

  it('have the same order in an app without a database', async () => {
    const app = await createApp(server.config, createDataSource(server.config.storage, 'postgres://nowhere.invalid/x'));
    const text = formatOpenApi(buildOpenApi(app));
    expect(text).toBe(formatOpenApi(buildOpenApi(server.app)));
    expect(Object.keys(JSON.parse(text).paths)).toEqual(Object.keys(JSON.parse(text).paths).sort());
  });
});

describe('a route that does not say who may call it', () => {
  @ApiV1Controller('forgetful')
  class ForgetfulController {
    @Get('a')
    @Public()
    declared(): void {
      // Nothing to do.
    }

    @Get('b')
    forgotten(): void {
      // Nothing to do.
    }
  }

  it('prevents the boot', () => {
    const discovery = { getControllers: () => [{ metatype: ForgetfulController }] } as unknown as DiscoveryService;
    const check = new RouteDeclarations(discovery, new MetadataScanner());
    expect(() => {
      check.onModuleInit();
    }).toThrow(/: ForgetfulController\.forgotten$/);
  });
});
