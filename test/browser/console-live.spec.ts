import { randomUUID } from 'node:crypto';
import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ConsoleHarness } from '../support/console.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';

/** What arrives over the feed without requests. */
describeWith('chromium', 'the console, live', () => {
  let harness: ConsoleHarness;
  let rooms: RoomsHarness;
  let app: TestApplication;

  beforeAll(async () => {
    harness = await ConsoleHarness.start({ REST_RATE: '0' });
    rooms = await RoomsHarness.on(harness.server);
    app = await rooms.application('Chat');
  });
  afterEach(async () => {
    const faults = [...harness.pages.faults];
    await harness.pages.close();
    await rooms.hangUp();
    expect(faults).toEqual([]);
  });
  afterAll(() => harness.close());

  /** Counts the page's requests. */
  const asked = (page: Page, part: string): { count: number } => {
    const seen = { count: 0 };
    page.on('request', (request) => {
      if (request.url().includes(part)) seen.count++;
    });
    return seen;
  };
  const connectionOf = async (room: string): Promise<string> => {
    const { body } = await rooms.admin('GET', `connections?room=${room}`);
    return (body.items as { id: string }[])[0]!.id;
  };

  it('draws each sample as it arrives, without requests, and stands still while paused', async () => {
    const page = await harness.enter('/');
    const chart = page.getByRole('figure', { name: /^Connections/ });
    await chart.waitFor();
    await chart.getByRole('img', { name: /console/ }).waitFor({ timeout: 30_000 });
    await page.getByRole('figure', { name: /^Delivery time/ }).waitFor();
    const histories = asked(page, 'metrics/history');
    const stats = asked(page, '/api/v1/stats');
    const readiness = asked(page, '/health/ready');
    await expect.poll(() => stats.count, { timeout: 30_000 }).toBeGreaterThan(1);
    expect(histories.count).toBe(0);
    // Together with the samples, not in between.
    expect(readiness.count).toBeGreaterThan(0);
    expect(readiness.count).toBeLessThanOrEqual(stats.count);
    await page.getByRole('switch', { name: 'Paused' }).click();
    const sockets = () => rooms.admin('GET', 'connections?protocol=console').then(({ body }) => body.total as number);
    await expect.poll(sockets, { timeout: 30_000 }).toBe(0);
    await page.getByRole('switch', { name: 'Paused' }).click();
    await expect.poll(sockets, { timeout: 30_000 }).toBe(1);
  });

  it('shows a new session in Services by itself', async () => {
    const services = await ServicesHarness.on(harness.server);
    const service = await services.service({ title: 'Planetarium', allowPublicCode: true });
    const page = await harness.enter(`/services/${service.id}`);
    await page.getByRole('heading', { level: 1, name: 'Planetarium' }).waitFor();
    const { host } = await services.host(service, true);
    await page.getByRole('table', { name: 'Live sessions' }).getByRole('row').nth(1).waitFor({ timeout: 30_000 });
    await host.close();
  });

  it('counts a connection’s messages, shows its events, and sees it leave with its endpoint', async () => {
    await rooms.room(app, 'hall');
    const endpoint = await rooms.endpoint(app, 'hall', 'read', 'screen');
    const socket = await rooms.connect(endpoint);
    const id = await connectionOf('hall');
    const page = await harness.enter(`/connections/${id}`);
    const timeline = page.getByRole('table', { name: 'Timeline' });
    await timeline.getByRole('row').filter({ hasText: 'admitted' }).waitFor();
    socket.send({ message: 'unheard' });
    await timeline.getByRole('row').filter({ hasText: 'it may only read' }).waitFor();
    const { body } = await rooms.admin('GET', `applications/${app.id}/rooms/hall/endpoints`);
    const revoked = await rooms.admin('POST', 'revocations', { endpoint: endpoint.code });
    expect([revoked.status, body.items.length]).toEqual([201, 1]);
    expect(await socket.closeCode()).toBe(1008);
    await timeline.getByRole('row').filter({ hasText: 'code 1008' }).waitFor();
    await page.getByText('Ended by the server').waitFor();
  });

  it('reads along in a room on request, and leaves a trace', async () => {
    const name = `lobby-${randomUUID()}`;
    await rooms.room(app, name, { durable: true });
    const writer = await rooms.member(app, name, 'readwrite', 'Ann');
    const page = await harness.enter(`/rooms/${app.id}/${name}`);
    await page.getByRole('button', { name: 'Read along' }).click();
    // Shown once the server has confirmed the subscription.
    await page.getByText('Nothing was said yet.').waitFor();
    expect((await rooms.admin('GET', 'audit?action=rooms.read-messages')).body.items).toContainEqual(
      expect.objectContaining({ changes: expect.objectContaining({ live: true }) }),
    );
    writer.send({ message: { text: 'hello' } });
    const said = page.getByRole('list', { name: 'Said since then' });
    await said.getByText('hello').waitFor();
    await said.getByText('Ann').waitFor();
    await page.getByRole('button', { name: 'Stop reading' }).click();
    await said.waitFor({ state: 'detached' });
  });

  it('adds new entries to the audit log without requests', async () => {
    const page = await harness.enter('/audit');
    await page.getByRole('table', { name: 'Audit log' }).waitFor();
    await page.getByText('told as it happens').waitFor();
    await rooms.application('Made meanwhile');
    await page.getByRole('row').filter({ hasText: 'Made meanwhile' }).first().waitFor();
  });
});
