import { describe, expect, it } from 'vitest';
import { LobbyList } from './lobby-list.js';

const peer = (id: string, name = '') => ({ id, data: { name, userId: null, connectedAt: 0 } });
const read = (text: string): unknown => JSON.parse(JSON.parse(text) as string);

describe('LobbyList', () => {
  const names = ['', 'Ala', '"quoted" \\ back', '</script>\n\u2028', '\ud800 lone', '👋'];
  const peers = names.map((name, i) => peer(`sid${i}`, name));
  const expected = peers.map(({ id, data }) => ({ sid: id, name: data.name }));

  it('is a string with everybody except the one who asks, in order', () => {
    const list = new LobbyList(peers);
    for (const { id } of peers) expect(read(list.without(id))).toEqual(expected.filter(({ sid }) => sid !== id));
  });

  it('contains everybody if the one who asks is not in it', () => {
    expect(read(new LobbyList(peers).without('other'))).toEqual(expected);
  });

  it('is an empty array if the one who asks is alone', () => {
    expect(read(new LobbyList([peer('a')]).without('a'))).toEqual([]);
    expect(read(new LobbyList([]).without('a'))).toEqual([]);
  });
});
