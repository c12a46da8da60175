import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CirclesHarness, type World } from '../../support/circles.js';
import { Coturn } from '../../support/coturn.js';
import { describeWith } from '../../support/requires.js';

const SECRET = 'a secret of coturn';

describeWith('turnserver', 'TURN credentials of circles, at a real coturn', () => {
  let coturn: Coturn;
  let circles: CirclesHarness;
  let world: World;
  beforeAll(async () => {
    coturn = await Coturn.start([SECRET]);
    circles = await CirclesHarness.start({ TURN_URLS: `turn:127.0.0.1:${coturn.port}`, TURN_SECRET: SECRET });
    world = await circles.world();
  });
  afterAll(async () => {
    await circles.close();
    await coturn.stop();
  });

  /** Whether coturn relays five packets for whoever presents this. */
  const isAccepted = (username: string, password: string, transport: 'udp' | 'tcp'): Promise<boolean> =>
    new Promise((resolve) => {
      const flags = transport === 'tcp' ? ['-t'] : [];
      const args = [...flags, '-u', username, '-w', password, '-p', `${coturn.port}`, '-y', '-n', '5', '-m', '1'];
      execFile('turnutils_uclient', [...args, '127.0.0.1'], { timeout: 20_000 }, (error, stdout) => {
        resolve(error === null && /Total lost packets 0 /.test(stdout));
      });
    });

  it(
    'are accepted as they are, and refused when they have expired or were tampered with',
    { timeout: 120_000 },
    async () => {
      // A refused client retries for some seconds, so all run at once.
      const tries: [string, Promise<boolean>, boolean][] = [];
      for (const who of [world.u1, world.d]) {
        const client = await circles.socket(who);
        client.emit('webrtc_credentials');
        const { username, password } = await client.expect('webrtc_config');
        tries.push([`${username} udp`, isAccepted(username, password, 'udp'), true]);
        tries.push([`${username} tcp`, isAccepted(username, password, 'tcp'), true]);
        const later = username.replace(/^\d+/, (expiry: string) => String(Number(expiry) + 1));
        tries.push([`${username} later`, isAccepted(later, password, 'udp'), false]);
      }
      const expired = `${Math.floor(Date.now() / 1_000) - 60}:${world.u1.id}False`;
      const password = createHmac('sha1', SECRET).update(expired).digest('base64');
      tries.push(['expired', isAccepted(expired, password, 'udp'), false]);
      for (const [what, accepted, expected] of tries) expect([what, await accepted]).toEqual([what, expected]);
    },
  );
});
