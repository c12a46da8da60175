import { ServiceClient, ServiceGuest, ServiceHost, type ServiceMessage } from '@switchboard/client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ServicesHarness, type TestService } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 10_000, interval: 20 };

describe('the clients of a service', () => {
  let services: ServicesHarness;
  let service: TestService;
  let cable: TcpProxy;
  const sockets: { close(): void }[] = [];

  beforeAll(async () => {
    services = await ServicesHarness.start();
    cable = await new TcpProxy(new URL(services.server.url)).open();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });
  afterAll(async () => {
    await cable.cut();
    await services.close();
  });

  const keep = <S extends Pick<ServiceClient, 'on' | 'close'>>(socket: S) => {
    sockets.push(socket);
    const heard: ServiceMessage[] = [];
    const joins: { role: string; user: string }[] = [];
    const errors: string[] = [];
    const ends: number[] = [];
    socket.on('message', (message) => heard.push(message));
    socket.on('join', (join) => joins.push(join));
    socket.on('error', ({ message }) => errors.push(message));
    socket.on('closed', ({ code }) => ends.push(code));
    const opened = new Promise((resolve) => socket.on('open', resolve));
    return { socket, heard, joins, errors, ends, opened };
  };
  const host = async (url = services.server.url) => {
    const kept = keep(new ServiceHost({ url, hostToken: service.hostToken, name: 'Exhibit', ...RETRY }));
    const code = await new Promise<string>((resolve) => kept.socket.on('code', resolve));
    return { ...kept, code };
  };

  it('talk: host, client and guest', async () => {
    service = await services.service({ allowPublicCode: true });
    const { url } = services.server;
    const exhibit = await host();
    const table = keep(new ServiceClient({ url, clientToken: service.clientToken, ...RETRY }));
    const phone = keep(new ServiceGuest({ url, code: exhibit.code, name: 'Ann', ...RETRY }));
    await Promise.all([table.opened, phone.opened]);
    await vi.waitFor(() => {
      expect(exhibit.joins).toMatchObject([{ role: expect.any(String) }, { role: expect.any(String) }]);
    }, PATIENCE);
    const ann = exhibit.joins.find(({ role }) => role === 'guest')!;
    exhibit.socket.send({ type: 'all' });
    exhibit.socket.sendTo(ann.user, { type: 'you' });
    phone.socket.send({ type: 'answer' });
    await vi.waitFor(() => {
      expect(phone.heard).toEqual([{ type: 'all' }, { type: 'you', user: ann.user }]);
      expect(exhibit.heard).toEqual([{ type: 'answer', user: ann.user }]);
    }, PATIENCE);
    expect(table.heard).toEqual([{ type: 'all' }]);
  });

  it('learn the role they were admitted in, and get text as it was written', async () => {
    service = await services.service({ allowPublicCode: true });
    const { url } = services.server;
    const roles: string[] = [];
    const enter = async (hostToken: string) => {
      const { socket, opened } = keep(new ServiceHost({ url, hostToken, ...RETRY }));
      socket.on('open', ({ role }) => roles.push(role));
      await opened;
      return socket;
    };
    const exhibit = await enter(service.hostToken);
    const table = await enter(service.clientToken);
    expect(roles).toEqual(['host', 'client']);
    const said = new Promise<string>((resolve) =>
      table.on('message', (_message, text) => {
        resolve(text);
      }),
    );
    exhibit.sendJson('{"n": 12345678901234567890}');
    expect(await said).toBe('{"n": 12345678901234567890}');
  });

  it('reconnect by themselves, a host with its previous code', async () => {
    service = await services.service({ allowPublicCode: true, hostGraceSeconds: 30 });
    const { socket, code } = await host(cable.url);
    const again = new Promise<string>((resolve) => socket.on('code', resolve));
    await cable.cut();
    await vi.waitFor(() => {
      expect(() => {
        socket.send({ type: 'nobody hears this' });
      }).toThrow('Not admitted');
    }, PATIENCE);
    await cable.open();
    expect(await again).toBe(code);
  });

  it('stay away if they are refused, or if their session is over', async () => {
    service = await services.service({ allowPublicCode: true });
    const { url } = services.server;
    const stranger = keep(new ServiceGuest({ url, code: 'NONE', ...RETRY }));
    await vi.waitFor(() => {
      expect(stranger.ends).toEqual([1000]);
    }, PATIENCE);
    expect(stranger.errors).toEqual(['Invalid token']);
    const { socket, code } = await host();
    const phone = keep(new ServiceGuest({ url, code, ...RETRY }));
    await phone.opened;
    socket.close();
    await vi.waitFor(() => {
      expect(phone.ends).toEqual([4000]);
    }, PATIENCE);
  });
});
