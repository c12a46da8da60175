import { type PresenceMember } from '../../realtime/ports/presence.js';
import { type LobbyPeer } from '../signaling-state.js';

type Named = Pick<LobbyPeer, 'name'>;

/** `{"sid":…,"name":…}` as it appears inside a JSON string: with escaped quotes. */
function escapedEntry({ id, data }: PresenceMember<Named>): string {
  const text = JSON.stringify(JSON.stringify({ sid: id, name: data.name }));
  return text.slice(1, -1);
}

/** The list of peers as one text, made once for all who ask: each gets it with its own entry cut out. */
export class LobbyList {
  /** Entries, each followed by a comma. */
  private readonly text: string;
  private readonly spans = new Map<string, readonly [from: number, to: number]>();

  constructor(members: readonly PresenceMember<Named>[]) {
    const entries: string[] = [];
    let at = 0;
    for (const member of members) {
      const entry = `${escapedEntry(member)},`;
      this.spans.set(member.id, [at, at + entry.length]);
      at += entry.length;
      entries.push(entry);
    }
    this.text = entries.join('');
  }

  /** JSON text of a string that holds the JSON array of all peers except `sid`, in the order they came. */
  without(sid: string): string {
    const [from, to] = this.spans.get(sid) ?? [0, 0];
    const rest = this.text.slice(0, from) + this.text.slice(to);
    return `"[${rest.slice(0, -1)}]"`;
  }
}
