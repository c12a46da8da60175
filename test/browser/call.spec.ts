import { type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ConnectionDirectory } from '../../src/modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT } from '../../src/modules/realtime/disconnect-reason.js';
import { BrowserPages, DESKTOP, launchChromium, overflow, PHONE } from '../support/browser.js';
import { Coturn } from '../support/coturn.js';
import { describeWith } from '../support/requires.js';
import { invite, SignalingHarness } from '../support/signaling.js';

const SHOTS = process.env['SCREENSHOTS'];

const shoot = async (page: Page, name: string): Promise<void> => {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
};

/** What users do and see on a page, by stable test ids. */
class Caller {
  constructor(
    readonly page: Page,
    readonly name: string,
  ) {}

  async join(): Promise<this> {
    await this.page.getByTestId('name').fill(this.name);
    await this.page.getByTestId('join').click();
    await this.page.getByText('In the lobby').first().waitFor();
    return this;
  }

  peer(name: string) {
    return this.page.getByTestId('peer').filter({ hasText: name });
  }

  tile(name: string) {
    return this.page.getByTestId('tile').filter({ hasText: name });
  }

  async call(name: string): Promise<void> {
    await this.peer(name).getByTestId('call').click();
  }

  async click(id: string): Promise<void> {
    await this.page.getByTestId(id).click();
  }

  /** Connected, with a moving picture of `name`. */
  async sees(name: string): Promise<void> {
    await this.page.locator(`[data-testid=tile][data-state=connected]`).filter({ hasText: name }).waitFor();
    const video = this.tile(name).locator('video');
    const frames = (): Promise<number> =>
      video.evaluate(
        (element) =>
          (element as unknown as { getVideoPlaybackQuality(): { totalVideoFrames: number } }).getVideoPlaybackQuality()
            .totalVideoFrames,
      );
    await vi.waitFor(async () => {
      expect(await frames()).toBeGreaterThan(5);
    }, 10_000);
    const before = await frames();
    await vi.waitFor(async () => {
      expect(await frames()).toBeGreaterThan(before + 5);
    }, 10_000);
  }

  async seesNot(name: string): Promise<void> {
    await this.tile(name).waitFor({ state: 'detached' });
  }

  async shows(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }
}

describeWith('chromium', 'the call page', () => {
  let harness: SignalingHarness;
  let browser: Browser;
  let pages: BrowserPages;

  beforeAll(async () => {
    [harness, browser] = await Promise.all([SignalingHarness.start(), launchChromium()]);
    pages = new BrowserPages(browser);
  });

  afterEach(async () => {
    const faults = [...pages.faults];
    await pages.close();
    await harness.hangUp();
    expect(faults).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await harness.close();
  });

  const open = async (
    name: string,
    size: typeof DESKTOP | typeof PHONE = DESKTOP,
    options: { hash?: string; server?: SignalingHarness } = {},
  ): Promise<Caller> => {
    const page = await pages.open(`${(options.server ?? harness).server.url}/call/${options.hash ?? ''}`, size);
    return new Caller(page, name);
  };
  const enter = async (...args: Parameters<typeof open>): Promise<Caller> => (await open(...args)).join();

  async function connect(caller: Caller, callee: Caller): Promise<void> {
    await caller.call(callee.name);
    await callee.click('accept');
    await Promise.all([caller.sees(callee.name), callee.sees(caller.name)]);
  }

  it('connects two people, then a third one, with moving pictures', async () => {
    const [ala, bob] = [await enter('Ala'), await enter('Bob', PHONE)];
    await shoot(ala.page, 'lobby-desktop');
    await ala.call('Bob');
    await bob.page.getByTestId('ring').waitFor();
    await shoot(bob.page, 'ringing-phone');
    await shoot(ala.page, 'calling-desktop');
    await bob.click('accept');
    await Promise.all([ala.sees('Bob'), bob.sees('Ala')]);
    expect(await overflow(bob.page)).toBe(0);
    await shoot(ala.page, 'two-desktop');
    await shoot(bob.page, 'two-phone');
    const cyd = await enter('Cyd');
    await ala.call('Cyd');
    await cyd.click('accept');
    await Promise.all([ala.sees('Cyd'), bob.sees('Cyd'), cyd.sees('Ala'), cyd.sees('Bob')]);
    await Promise.all([ala.sees('Bob'), bob.sees('Ala')]);
    await shoot(ala.page, 'three-desktop');
    await shoot(bob.page, 'three-phone');
    // One leaves, and the other two continue.
    await bob.click('leave');
    await Promise.all([ala.seesNot('Bob'), cyd.seesNot('Bob')]);
    await bob.shows('In the lobby');
    await Promise.all([ala.sees('Cyd'), cyd.sees('Ala')]);
    await vi.waitFor(async () => {
      const [call] = await harness.calls();
      expect(call).toMatchObject({ state: 'live', participants: [{ name: 'Ala' }, { name: 'Bob' }, { name: 'Cyd' }] });
      expect(call.participants[1].leftAt).not.toBeNull();
    });
  });

  it('shows the others at once if somebody’s tab is killed', async () => {
    const [ala, bob, cyd] = [await enter('Ala'), await enter('Bob'), await enter('Cyd')];
    await connect(ala, bob);
    await ala.call('Cyd');
    await cyd.click('accept');
    await Promise.all([ala.sees('Cyd'), bob.sees('Cyd')]);
    const session = await cyd.page.context().newCDPSession(cyd.page);
    // The renderer is gone, and the page could not say goodbye.
    session.send('Page.crash').catch(() => undefined);
    await Promise.all([ala.seesNot('Cyd'), bob.seesNot('Cyd')]);
    await Promise.all([ala.sees('Bob'), bob.sees('Ala')]);
    await ala.peer('Cyd').waitFor({ state: 'detached' });
  });

  it('shows the others, including latecomers, that a microphone or camera is off', async () => {
    const [ala, bob, cyd] = [await enter('Ala'), await enter('Bob'), await enter('Cyd')];
    const [muted, dark] = [
      (by: Caller) => by.page.locator('[data-testid=tile][data-muted=true]').filter({ hasText: 'Ala' }),
      (by: Caller) => by.page.locator('[data-testid=tile][data-dark=true]').filter({ hasText: 'Ala' }),
    ];
    // Also when muted before the call.
    await ala.click('mute');
    await connect(ala, bob);
    await muted(bob).waitFor();
    await ala.click('camera');
    await dark(bob).waitFor();
    await shoot(bob.page, 'dark-desktop');
    await ala.call('Cyd');
    await cyd.click('accept');
    await Promise.all([cyd.sees('Bob'), muted(cyd).waitFor(), dark(cyd).waitFor()]);
    await vi.waitFor(async () => {
      expect((await harness.calls())[0].participants[0]).toMatchObject({
        name: 'Ala',
        muted: true,
        videoOff: true,
      });
    });
    await ala.click('mute');
    await ala.click('camera');
    await Promise.all([bob.sees('Ala'), cyd.sees('Ala')]);
    for (const other of [bob, cyd]) {
      await other.page
        .locator('[data-testid=tile][data-muted=false][data-dark=false]')
        .filter({ hasText: 'Ala' })
        .waitFor();
    }
  });

  it('passes on what people write, as text and nothing else', async () => {
    const [ala, bob] = [await enter('<b>Ala</b> (x)'), await enter('Bob 👩‍🚀 كوكب')];
    await connect(ala, bob);
    const nasty = `<img src=x onerror="document.title='owned'"> grüße \u202Eevil`;
    await ala.page.getByTestId('chat').fill(nasty);
    await ala.page.keyboard.press('Enter');
    const entry = bob.page.getByTestId('chat-log').locator('p');
    await entry.waitFor();
    expect(await entry.textContent()).toBe(`<b>Ala</b> (x) ${nasty}`);
    expect(await bob.page.title()).toBe('Call · Switchboard');
    expect(await ala.page.getByTestId('chat-log').locator('p').textContent()).toBe(`You ${nasty}`);
  });

  it('says when a call is declined, cancelled or not answered', async () => {
    const [ala, bob] = [await enter('Ala'), await enter('Bob')];
    await ala.call('Bob');
    await bob.click('decline');
    await ala.shows('Bob has declined.');
    await ala.call('Bob');
    await bob.page.getByTestId('ring').waitFor();
    await ala.click('cancel');
    await bob.shows('Ala has hung up.');
    await ala.call('Bob');
    await bob.page.getByTestId('ring').waitFor();
    await ala.page.getByText('Bob does not answer.').waitFor({ timeout: 15_000 });
    await bob.shows('You missed a call of Ala.');
    expect(await bob.page.getByTestId('ring').count()).toBe(0);
  });

  it('lets people in a call invite somebody who asks', async () => {
    const [ala, bob, cyd] = [await enter('Ala'), await enter('Bob'), await enter('Cyd')];
    await connect(ala, bob);
    await cyd.call('Bob');
    await cyd.shows('Bob is in a call, and was told that you would like to join.');
    await bob.click('accept');
    await cyd.click('accept');
    await Promise.all([cyd.sees('Ala'), cyd.sees('Bob'), ala.sees('Cyd')]);
  });

  it('ends the call of the last one left, who can then be called again', async () => {
    const [ala, bob] = [await enter('Ala'), await enter('Bob')];
    await connect(ala, bob);
    await bob.click('leave');
    await ala.shows('Bob has left; the call has ended.');
    await ala.shows('In the lobby');
    await connect(bob, ala);
  });

  it('reconnects by itself when the connection is lost', async () => {
    const [ala, bob] = [await enter('Ala'), await enter('Bob')];
    await connect(ala, bob);
    const connections = harness.server.app.get(ConnectionDirectory).matching({});
    for (const connection of connections) connection.close(DISCONNECT.tryLater);
    await ala.shows(/call with Bob ended with it/);
    await Promise.all([ala.shows('In the lobby'), bob.shows('In the lobby')]);
    await ala.peer('Bob').waitFor();
    await connect(ala, bob);
  });

  it('works without camera and microphone, and says what is missing', async () => {
    const page = await pages.open('about:blank');
    await page.addInitScript('Object.defineProperty(navigator, "mediaDevices", { value: undefined })');
    await page.goto(`${harness.server.url}/call/`);
    const [ala, bob] = [await new Caller(page, 'Ala').join(), await enter('Bob')];
    await ala.shows(/only to pages that came by HTTPS/);
    await shoot(page, 'no-media-desktop');
    await ala.call('Bob');
    await bob.click('accept');
    await ala.sees('Bob');
    await bob.page.locator('[data-testid=tile][data-muted=true][data-dark=true]').filter({ hasText: 'Ala' }).waitFor();
  });

  it.each([
    ['NotAllowedError', /may not use your camera and microphone/],
    ['NotFoundError', /No camera and microphone was found/],
    ['NotReadableError', /perhaps another program has it/],
  ])('explains %s, and tries again on request', async (name, words) => {
    const page = await pages.open('about:blank', PHONE);
    await page.addInitScript(`{
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      globalThis.broken = true;
      navigator.mediaDevices.getUserMedia = (constraints) =>
        globalThis.broken ? Promise.reject(new DOMException('', '${name}')) : real(constraints);
    }`);
    await page.goto(`${harness.server.url}/call/`);
    const ala = await new Caller(page, 'Ala').join();
    await ala.shows(words);
    expect(await overflow(page)).toBe(0);
    await page.evaluate('globalThis.broken = false');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-testid=tile][data-dark=false]').waitFor();
  });

  it('speaks with a plain client of the protocol', async () => {
    const ala = await enter('Ala');
    const [bob] = await harness.peers(['Bob']);
    await ala.call('Bob');
    const [, text] = await bob!.next();
    const { sender_sid: sid } = JSON.parse(text as string) as { sender_sid: string };
    bob!.emit('accept-invitation', invite(sid, bob!));
    expect((await bob!.next())[0]).toBe('create-peer');
    const heard = new Map<
      string,
      { description?: { type: string; sdp: string }; receiver_sid: string; sender_sid: string }
    >();
    await vi.waitFor(() => {
      for (const [event, object] of bob!.drain()) heard.set(event, object as never);
      expect([...heard.keys()].sort()).toEqual(['candidate', 'offer']);
    }, 5_000);
    expect(heard.get('offer')).toMatchObject({ type: 'offer', receiver_sid: bob!.sid, sender_sid: sid });
    expect(heard.get('offer')?.description?.sdp).toMatch(/m=video/);
    expect(heard.get('candidate')).toMatchObject({ type: 'candidate', candidate: { sdpMid: expect.any(String) } });
    bob!.emit('chat', { senderName: `Bob(${bob!.sid})`, data: 'hello' });
    await ala.page.getByTestId('chat-log').getByText('hello').waitFor();
  });

  it('enters with a lobby token from the link if one is required, and says if it is missing', async () => {
    const closed = await SignalingHarness.start({ SIGNALING_ACCESS: 'token' });
    const stranger = await open('Eve', PHONE, { server: closed });
    await stranger.page.getByTestId('name').fill('Eve');
    await stranger.page.getByTestId('join').click();
    await stranger.shows('You cannot come in like this');
    await shoot(stranger.page, 'refused-phone');
    const { body } = await closed.api('POST', 'lobby/tokens', { body: {}, token: closed.admin });
    expect(body.link.startsWith(`${closed.server.url}/call/#lobby=lobby_`)).toBe(true);
    const ala = await new Caller(await pages.open(body.link as string), 'Ala').join();
    // Revoked while somebody is in.
    await closed.api('DELETE', `lobby/tokens/${body.id as number}`, { token: closed.admin });
    await ala.shows('The server has ended this connection');
    await pages.close();
    await closed.close();
  });

  it('can be used by keyboard alone and on a phone', async () => {
    const ala = await open('Ala', PHONE);
    await shoot(ala.page, 'welcome-phone');
    expect(await overflow(ala.page)).toBe(0);
    await ala.page.getByTestId('name').focus();
    await ala.page.keyboard.type('Ala');
    await ala.page.keyboard.press('Enter');
    await ala.shows('In the lobby');
    await harness.peers(Array.from({ length: 12 }, (_, i) => `Somebody with a rather long name, number ${i}`));
    expect(await overflow(ala.page)).toBe(0);
    await ala.page.getByPlaceholder('Find somebody').fill('number 11');
    await ala.page.getByTestId('peer').nth(1).waitFor({ state: 'detached' });
    await shoot(ala.page, 'lobby-phone');
    await ala.page.keyboard.press('Tab');
    await ala.page.keyboard.press('Enter');
    await ala.page.getByTestId('cancel').waitFor();
  });
});

describeWith('chromium', 'the call page behind a relay', () => {
  describeWith('turnserver', 'through coturn', () => {
    it.each([
      ['udp', 'first secret'],
      ['tcp', 'second secret'],
    ])('connects over %s through the relay only, with credentials of the %s', async (transport, which) => {
      const coturn = await Coturn.start(['old-secret', 'new-secret']);
      const harness = await SignalingHarness.start({
        TURN_URLS: `turn:127.0.0.1:${coturn.port}?transport=${transport}`,
        TURN_SECRET: which === 'first secret' ? 'new-secret,old-secret' : 'old-secret,new-secret',
      });
      const browser = await launchChromium();
      const pages = new BrowserPages(browser);
      try {
        const url = `${harness.server.url}/call/#relay`;
        const ala = await new Caller(await pages.open(url), 'Ala').join();
        const bob = await new Caller(await pages.open(url), 'Bob').join();
        await ala.call('Bob');
        await bob.click('accept');
        await Promise.all([ala.sees('Bob'), bob.sees('Ala')]);
        expect(pages.faults).toEqual([]);
      } finally {
        await pages.close();
        await browser.close();
        await harness.close();
        await coturn.stop();
      }
    });
  });
});
