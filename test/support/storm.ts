import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DurableScene, until } from './durable-scene.js';
import { cleanUpProcesses } from './process.js';
import { describeWith } from './requires.js';
import { paintCircle } from './storm-pictures/circles.js';
import { paintLobby } from './storm-pictures/lobby.js';
import { paintCall } from './storm-pictures/omikron.js';
import { agree, type Picture } from './storm-pictures/picture.js';
import { paintRoom } from './storm-pictures/rooms.js';
import { paintSession } from './storm-pictures/services.js';
import { type ThreeNodes } from './three-nodes.js';

/** How long until every client's picture is right after everything is back. */
const HEAL_MS = 5_000;
/** How long until nodes have recovered, and have declared dead nodes dead. */
const WELL_MS = 30_000;

export interface Storm {
  readonly what: string;
  /** The nodes of clients that stay and listen, and of those that come and go. */
  readonly at: readonly number[];
  readonly going: number;
  /** The node on which something happens meanwhile. */
  readonly acts: number;
  begin(nodes: ThreeNodes): unknown;
  end(nodes: ThreeNodes): unknown;
}

/** Runs each of `storms` over the same three nodes, while clients of all protocols listen, come and go. */
export function describeStorms(title: string, storms: readonly Storm[], start: () => Promise<ThreeNodes>): void {
  describeWith('redis-server', title, () => {
    let nodes: ThreeNodes;
    let pictures: Picture[] = [];
    let scene: DurableScene | undefined;
    let storm: Storm | undefined;

    beforeAll(async () => {
      nodes = await start();
    }, 300_000);
    afterEach(async () => {
      await scene?.stop();
      await Promise.all(pictures.map(async (picture) => picture.close()));
      pictures = [];
    });
    afterAll(async () => {
      await cleanUpProcesses();
      await nodes.stop();
    });

    it.each(storms.map((each) => [each.what, each] as const))(
      'all clients know the true state, and nothing durable is lost or duplicated: %s',
      async (_what, each) => {
        storm = each;
        await nodes.well(WELL_MS);
        for (const paint of [paintSession, paintRoom, paintLobby, paintCircle, paintCall]) {
          pictures.push(await paint(nodes, storm.at, storm.going));
        }
        for (const picture of pictures) await agree(picture, HEAL_MS);
        let turn = 0;
        const address = () => nodes.wsUrl(turn++ % 3);
        scene = await DurableScene.begin(() => nodes.rooms(0), address, { writers: 3, readers: 3, pauseMs: 20 });
        await until(() => (scene?.acked ?? 0) > 50, 'a scene that is under way');
        await storm.begin(nodes);
        await Promise.all(pictures.map((picture) => picture.act(each.acts)));
        await storm.end(nodes);
        await nodes.well(WELL_MS);
        await nodes.know(3);
        const took = await Promise.all(
          pictures.map(async (picture) => `${picture.of} ${await agree(picture, HEAL_MS)}`),
        );
        process.stderr.write(`pictures after ${storm.what}: ${took.join(', ')} ms\n`);
        scene.finish();
        await until(() => scene?.done === true, 'a scene that is done');
        expect((await scene.expectTruth()).length).toBeGreaterThan(50);
      },
      180_000,
    );
  });
}
