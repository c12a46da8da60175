import { type CirclesClient, CirclesHarness } from '../circles.js';
import { attempt, newName, type Painter } from './picture.js';

/** A circle and one of its conversations, as seen by clients that read them once and then only listen. */
interface Belief {
  circle: string;
  members: Set<string>;
  conversation: string;
  hasDevices: boolean;
  participants: Set<string>;
}

/** Members, names and access, as heard by those who stay. */
export const paintCircle: Painter = async (nodes, at) => {
  const home = CirclesHarness.at(nodes.url(at[0] ?? 0));
  const { u1, u2, u3, circle } = await home.world();
  const going = [await home.person(), await home.person()];
  for (const member of going) await home.join(u1, circle, member);
  const conversation = await home.conversation(u1, circle, [u2, ...going]);
  const read = async (): Promise<Belief> => {
    const [{ name }, members, conversed] = await Promise.all([
      home.api(u1, 'GET', `circles/${circle}`),
      home.api(u1, 'GET', `circles/${circle}/members`),
      home.api(u1, 'GET', `conversations/${conversation}`),
    ]);
    const emails = (all: { email: string }[]) => new Set(all.map(({ email }) => email).sort());
    return {
      circle: name,
      members: emails(members.items),
      conversation: conversed.name,
      hasDevices: conversed.deviceAccess,
      participants: emails(conversed.members),
    };
  };
  const harnesses = at.map((n) => CirclesHarness.at(nodes.url(n)));
  const beliefs = await Promise.all(
    harnesses.map(async (harness) => {
      const client = await (await (await harness.socket(u2)).joinCircle(circle)).joinConversation(conversation);
      const belief = await read();
      believe(client, belief, read);
      return belief;
    }),
  );
  const sorted = (belief: Belief) => ({
    ...belief,
    members: [...belief.members].sort(),
    participants: [...belief.participants].sort(),
  });
  return {
    of: 'circles',
    act: (n) => {
      const there = CirclesHarness.at(nodes.url(n));
      const [kicked, shown] = going as [(typeof going)[0], (typeof going)[0]];
      return attempt(
        () => there.api(u1, 'PATCH', `circles/${circle}`, { name: newName('circle') }),
        () => there.api(u1, 'DELETE', `circles/${circle}/members/${kicked.id}`),
        () => there.join(u1, circle, u3),
        () => there.api(u1, 'PATCH', `conversations/${conversation}`, { name: newName('talk'), deviceAccess: false }),
        () => there.api(u1, 'DELETE', `conversations/${conversation}/members/${shown.id}`),
      );
    },
    believed: () => beliefs.map(sorted),
    read: async () => sorted(await read()),
    close: () => {
      for (const harness of harnesses) harness.hangUp();
    },
  };
};

function believe({ socket }: CirclesClient, belief: Belief, read: () => Promise<Belief>): void {
  const set = (name: 'circle' | 'conversation'): void => {
    void read().then((so) => (belief[name] = so[name]));
  };
  socket.on('circle', (payload) => {
    const { event, user } = payload as { event: string; user: string };
    if (event === 'join') belief.members.add(user);
    else if (event === 'quit' || event === 'kick') {
      // Leaving the circle ends participation.
      belief.members.delete(user);
      belief.participants.delete(user);
    } else if (event === 'update') set('circle');
  });
  socket.on('conversation', (payload) => {
    const { event, user, type } = payload as { event: string; user: string; type: string };
    if (event === 'quit' || event === 'kick') belief.participants.delete(user);
    else if (event === 'device') belief.hasDevices = type === 'add';
    else if (event === 'update') set('conversation');
  });
}
