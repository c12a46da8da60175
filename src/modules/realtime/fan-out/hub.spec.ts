import { describe, expect, it } from 'vitest';
import { channel } from '../channel.js';
import { type Connection, type Frame } from '../connection.js';
import { type HubEvent } from '../hub-event.js';
import { DISCONNECT } from '../disconnect-reason.js';
import { Hub } from './hub.js';
import { InProcessBroker } from '../in-process/in-process.broker.js';

interface Said extends HubEvent {
  readonly text: string;
}
const said = (text: string): Said => ({ type: 'said', text });

class Text implements Frame {
  constructor(readonly texts: readonly string[]) {}

  get length(): number {
    return this.texts.join('').length;
  }
}

const joining = {
  encode: (event: HubEvent) => (event.type === 'said' ? new Text([(event as Said).text]) : null),
  join: (frames: readonly Frame[]) => new Text(frames.flatMap((frame) => (frame as Text).texts)),
};
const single = { encode: joining.encode };

/** Records what it is sent. Settles before it closes, like every connection with a joining encoder. */
class Listener implements Connection {
  readonly protocol = 'rooms';
  readonly principal = null;
  subscriptions: Connection['subscriptions'] = null;
  closed = false;
  readonly got: string[] = [];
  visits = 0;

  constructor(
    readonly id: string,
    private readonly hub: Hub,
    readonly encoder: Connection['encoder'] = joining,
  ) {}

  send(frame: Frame): void {
    if (this.closed) return;
    this.visits++;
    this.got.push(...(frame as Text).texts);
  }

  close(): void {
    this.hub.settle(this);
    this.got.push('closed');
    this.closed = true;
  }

  signal(event: HubEvent): void {
    this.hub.sendTo(this, said(`signalled ${event.type}`));
  }
}

const room = channel('room');
const other = channel('other');

/** A hub whose turn ends when `endTurn` is called, with twenty connections on `room`. */
function large(encoder: Connection['encoder'] = joining) {
  const hub = new Hub(new InProcessBroker());
  const tasks: { runTurn(): void }[] = [];
  hub.collectBy({ settleThisTurn: (task) => tasks.push(task) });
  const all = Array.from({ length: 20 }, (_, i) => new Listener(`c${i}`, hub, encoder));
  for (const listener of all) void hub.subscribe(listener, room);
  const endTurn = () => {
    for (const task of tasks.splice(0)) task.runTurn();
  };
  return { hub, all, endTurn, one: all[0] as Listener, two: all[1] as Listener };
}

describe('Hub', () => {
  it('skips subscribers that do not accept pushes, and sends to the others in order', () => {
    const { hub, one, two, endTurn } = large();
    hub.publish(room, said('a'));
    Object.assign(one, { takes: () => false });
    hub.push(room, said('pushed'));
    hub.announce(room, said('announced'), { push: true });
    hub.publish(room, said('b'));
    endTurn();
    expect(one.got).toEqual(['a', 'b']);
    expect(two.got).toEqual(['a', 'pushed', 'announced', 'b']);
  });

  it('visits each subscriber of a large channel once per turn, whatever the number of events', () => {
    const { hub, all, endTurn } = large();
    for (const text of ['a', 'b', 'c']) hub.publish(room, said(text));
    expect(all.every(({ got }) => got.length === 0)).toBe(true);
    endTurn();
    for (const { got, visits } of all) expect({ got, visits }).toEqual({ got: ['a', 'b', 'c'], visits: 1 });
    hub.publish(room, said('d'));
    endTurn();
    for (const { got } of all) expect(got).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps the order of several channels with the same subscribers', () => {
    const { hub, all, endTurn, one } = large();
    for (const listener of all) void hub.subscribe(listener, other);
    hub.publish(room, said('r1'));
    hub.publish(other, said('o1'));
    hub.publish(other, said('o2'));
    hub.publish(room, said('r2'));
    endTurn();
    for (const { got } of all) expect(got).toEqual(['r1', 'o1', 'o2', 'r2']);
    expect(one.visits).toBe(3);
  });

  it('keeps the order of a large and a small channel, without affecting those who are not on both', () => {
    const { hub, endTurn, one } = large();
    const stranger = new Listener('stranger', hub);
    void hub.subscribe(stranger, channel('elsewhere'));
    void hub.subscribe(one, other);
    hub.publish(room, said('r1'));
    hub.publish(channel('elsewhere'), said('e'));
    expect(one.got).toEqual([]);
    hub.publish(other, said('o'));
    hub.publish(room, said('r2'));
    endTurn();
    expect(one.got).toEqual(['r1', 'o', 'r2']);
    expect(stranger.got).toEqual(['e']);
  });

  it('keeps direct sends to a connection in order with published events', () => {
    const { hub, endTurn, one, two } = large();
    hub.publish(room, said('a'));
    hub.sendTo(one, said('to you'));
    hub.publish(room, said('b'));
    endTurn();
    expect(one.got).toEqual(['a', 'to you', 'b']);
    expect(two.got).toEqual(['a', 'b']);
  });

  it('gives a newcomer nothing published earlier', () => {
    const { hub, endTurn } = large();
    const newcomer = new Listener('new', hub);
    hub.publish(room, said('before'));
    void hub.subscribe(newcomer, room);
    hub.publish(room, said('after'));
    endTurn();
    expect(newcomer.got).toEqual(['after']);
  });

  it('gives a leaver everything published before and nothing after', () => {
    const { hub, endTurn, one, two } = large();
    hub.publish(room, said('before'));
    hub.unsubscribe(one, room);
    hub.publish(room, said('after'));
    endTurn();
    expect(one.got).toEqual(['before']);
    expect(two.got).toEqual(['before', 'after']);
  });

  it('gives the last subscribers of a channel what was published before they left', () => {
    const { hub, all, endTurn } = large();
    hub.publish(room, said('before'));
    for (const listener of all) hub.detach(listener);
    hub.publish(room, said('after'));
    endTurn();
    for (const { got } of all) expect(got).toEqual(['before']);
  });

  it('excludes a connection from one event only', () => {
    const { hub, endTurn, one, two } = large();
    hub.publish(room, said('a'));
    hub.publish(room, said('not for one'), { except: 'c0' });
    hub.publish(room, said('b'));
    endTurn();
    expect(one.got).toEqual(['a', 'b']);
    expect(two.got).toEqual(['a', 'not for one', 'b']);
  });

  it('sends everything, with the farewell last, before it closes', () => {
    const { hub, all, endTurn } = large();
    hub.publish(room, said('a'));
    hub.disconnect(room, DISCONNECT.notAllowed, said('farewell'));
    endTurn();
    for (const { got } of all) expect(got).toEqual(['a', 'farewell', 'closed']);
  });

  it('closes everybody on a channel, even those who leave it meanwhile', () => {
    const { hub, all } = large();
    for (const listener of all) {
      const close = listener.close.bind(listener);
      listener.close = () => {
        close();
        hub.detach(listener);
      };
    }
    hub.disconnect(room, DISCONNECT.notAllowed);
    expect(all.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('hands over what is collected before a settling connection closes by itself', () => {
    const { hub, endTurn, one, two } = large();
    hub.publish(room, said('a'));
    one.close();
    hub.publish(room, said('b'));
    endTurn();
    expect(one.got).toEqual(['a', 'closed']);
    expect(two.got).toEqual(['a', 'b']);
  });

  it('answers a signal after what was published before it', () => {
    const { hub, endTurn, one } = large();
    hub.publish(room, said('a'));
    hub.signal(room, { type: 'changed' });
    hub.publish(room, said('b'));
    endTurn();
    expect(one.got).toEqual(['a', 'signalled changed', 'b']);
  });

  it('hands over at once what must not grow any further', () => {
    const { hub, endTurn, one } = large();
    hub.publish(room, said('small'));
    hub.publish(room, said('x'.repeat(65_536)));
    expect(one.got).toHaveLength(2);
    hub.publish(room, said('next'));
    endTurn();
    expect(one.got.at(-1)).toBe('next');
  });

  it('collects nothing if encoders do not join, or differ', () => {
    const { hub, one } = large(single);
    hub.publish(room, said('a'));
    expect(one.got).toEqual(['a']);
    const mixed = large();
    const another = new Listener('another', mixed.hub, single);
    mixed.hub.publish(room, said('before'));
    void mixed.hub.subscribe(another, room);
    mixed.hub.publish(room, said('a'));
    expect([mixed.one.got, another.got]).toEqual([['before', 'a'], ['a']]);
  });

  it('skips events without a frame', () => {
    const { hub, endTurn, one } = large();
    hub.publish(room, { type: 'silent' });
    endTurn();
    expect(one.visits).toBe(0);
  });

  it('lets parts of the node overhear events and signals without being subscribers', () => {
    const { hub, endTurn, one } = large();
    const heard: string[] = [];
    const listener = (event: HubEvent): void => {
      heard.push(event.type === 'said' ? (event as Said).text : event.type);
    };
    const before = hub.localCount(room);
    void hub.overhear(room, listener);
    hub.publish(room, said('a'));
    hub.publishHere(room, said('b'));
    hub.signal(room, { type: 'changed' });
    hub.publish(channel('elsewhere'), said('c'));
    endTurn();
    expect(heard).toEqual(['a', 'b', 'changed']);
    // The hub still collects for the subscribers.
    expect([one.got, one.visits, hub.localCount(room)]).toEqual([['a', 'b', 'signalled changed'], 2, before]);
    hub.stopOverhearing(room, listener);
    hub.publish(room, said('d'));
    expect(heard).toHaveLength(3);
  });

  it('overhears channels without subscribers', () => {
    const hub = new Hub(new InProcessBroker());
    const heard: HubEvent[] = [];
    const quiet = channel('quiet');
    void hub.overhear(quiet, (event) => {
      heard.push(event);
    });
    hub.publish(quiet, said('a'));
    expect(heard).toEqual([said('a')]);
  });
});
