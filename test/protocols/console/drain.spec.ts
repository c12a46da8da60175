import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Lifecycle } from '../../../src/modules/health/lifecycle.js';
import { Liveness } from '../../../src/modules/nodes/liveness/liveness.service.js';
import { NodeIdentity } from '../../../src/modules/realtime/node-identity.js';
import { newUser } from '../../support/api.js';
import { type RunningApp } from '../../support/app.js';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';
import { authorized, ServicesHarness } from '../../support/services.js';
import { SignalingClient } from '../../support/signaling.js';

/** The answers to a handshake, and to the start of an event stream and of polling. */
async function answers(url: string, code: string): Promise<[number, string | null][]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/endpoint/${code}/`);
  const [request, refusal] = (await once(socket, 'unexpected-response')) as [ClientRequest, IncomingMessage];
  request.destroy();
  const upgrade: [number, string | null] = [refusal.statusCode ?? 0, refusal.headers['retry-after'] ?? null];
  const rest = [`/sse/endpoint/${code}/`, '/socket.io/?EIO=4&transport=polling'];
  const others = rest.map(async (path): Promise<[number, string | null]> => {
    const aborting = new AbortController();
    const response = await fetch(url + path, { signal: aborting.signal });
    aborting.abort();
    return [response.status, response.headers.get('retry-after')];
  });
  return [upgrade, ...(await Promise.all(others))];
}

describe('a node taken out of service', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let app: TestApplication;
  let node: string;
  let url: string;
  /** The node that the admin asks: another one, if there is one. */
  let server: RunningApp;

  beforeAll(async () => {
    rooms = await RoomsHarness.start();
    server = rooms.app;
    await (await ServicesHarness.on(server)).nodesKnowEachOther();
    app = await rooms.application('Drain');
    await rooms.room(app, 'drained');
    const last = server.nodes.at(-1)!;
    node = last.get(NodeIdentity).name;
    url = `http://127.0.0.1:${(last.getHttpServer().address() as AddressInfo).port}`;
  });
  afterAll(() => rooms.close());

  const state = async (): Promise<string> => {
    const { body } = await rooms.admin('GET', 'nodes');
    return (body.items as { id: string; state: string }[]).find(({ id }) => id === node)!.state;
  };
  /** Waits until every node gives the same answer, having heard of the change. */
  const isSeen = async (wanted: string): Promise<void> => {
    // First the node that has changed, so that the others hear of it.
    for (const each of server.nodes.toReversed()) await each.get(Liveness).beatNow();
    for (let n = 0; n < server.nodes.length; n++) expect(await state()).toBe(wanted);
  };

  it('closes its sockets, accepts no new ones, answers REST, and can be put back', async () => {
    const at = { url, wsUrl: url.replace('http', 'ws') };
    const there = await RoomsHarness.on(at);
    const endpoint = await rooms.endpoint(app, 'drained', 'readwrite');
    const plain = await there.connect(endpoint);
    const lobby = await SignalingClient.open(url);
    const stream = await fetch(`${url}/sse/endpoint/${endpoint.code}/`);
    const ends = [
      once(plain.socket, 'close').then(([code]) => code as number),
      new Promise((resolve) => {
        lobby.socket.on('disconnect', resolve);
      }),
      stream.text().then((text) => text),
    ];

    expect((await rooms.admin('POST', `nodes/${node}/drain`)).status).toBe(204);
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    const refused = [503, '1'];
    const code = endpoint.code;
    expect(await answers(url, code)).toEqual([refused, refused, refused]);
    expect(await Promise.all(ends)).toEqual([1012, 'transport close', '']);
    await isSeen('draining');
    expect((await there.admin('GET', 'stats')).status).toBe(200);
    expect((await there.admin('POST', `nodes/${node}/drain`)).status).toBe(204);

    expect((await rooms.admin('DELETE', `nodes/${node}/drain`)).status).toBe(204);
    await isSeen('ready');
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    const back = await there.connect(endpoint);
    back.send(JSON.stringify({ message: 'back' }));
    expect(await back.next()).toMatchObject({ message: 'back' });
    await there.hangUp();
  });

  it('reports its state, whichever node is asked', async () => {
    const links =
      server.nodes.length === 1
        ? { redis: null, bus: { state: 'none' } }
        : { redis: { up: true, latencyMs: expect.any(Number) }, bus: { state: 'ok' } };
    for (let n = 0; n < server.nodes.length; n++) {
      // Its first report was before its first heartbeat.
      await expect
        .poll(async () => (await rooms.admin('GET', `nodes/${node}`)).body, { timeout: 20_000 })
        .toMatchObject({ id: node, state: 'ready', database: { up: true }, ...links });
    }
  });

  it('ends no session: its hosts have time to reconnect to another node', async () => {
    const services = await ServicesHarness.on({ url, wsUrl: url.replace('http', 'ws') });
    const service = await services.service({ allowPublicCode: true });
    const { host, code } = await services.host(service, true);
    const gone = once(host.socket, 'close');
    expect((await rooms.admin('POST', `nodes/${node}/drain`)).status).toBe(204);
    expect((await gone)[0]).toBe(1012);
    expect((await rooms.admin('DELETE', `nodes/${node}/drain`)).status).toBe(204);
    const back = await services.connect();
    back.send({ token: service.hostToken });
    await back.expectNext(authorized('host'));
    expect(await back.next()).toMatchObject({ code });
    await services.hangUp();
  });

  it('must exist, and is taken out by an admin', async () => {
    for (const name of ['nobody', '..%2f..', '%00', 'x'.repeat(2_000)]) {
      expect((await rooms.admin('POST', `nodes/${name}/drain`)).body.code).toBe('not_found');
      expect((await rooms.admin('DELETE', `nodes/${name}/drain`)).body.code).toBe('not_found');
    }
    const { accessToken } = await newUser(rooms.call);
    for (const method of ['POST', 'DELETE']) {
      expect((await rooms.call(method, `nodes/${node}/drain`, { token: accessToken })).status).toBe(403);
      expect((await rooms.call(method, `nodes/${node}/drain`)).status).toBe(401);
    }
    await expect.poll(state).toBe('ready');
  });

  it('cannot be taken back once it stops for good', async () => {
    await server.nodes.at(-1)!.get(Lifecycle).drain();
    const { status, body } = await rooms.admin('DELETE', `nodes/${node}/drain`);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect((await rooms.admin('POST', `nodes/${node}/drain`)).status).toBe(204);
  });
});
