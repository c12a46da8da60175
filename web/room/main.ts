import { type Recovered, RoomEndpoint, Unconfirmed } from '@switchboard/client/rooms';
import { byId, foreign, make, say } from '../ui/dom.js';
import { followNetwork } from '../ui/network.js';
import { setPill } from '../ui/pill.js';
import { Progress } from './progress.js';

interface Member {
  readonly identity: string;
}

/** Messages the page holds; older ones are removed from it, not from the room. */
const SHOWN = 1_000;
const HUES = 6;
/** Milliseconds during which messages of one person are grouped. */
const TOGETHER = 120_000;
/** Pixels from the end below which the page scrolls along. */
const NEAR_END = 80;
/** Consecutive failed connections while the server is up, after which the code is to blame. */
const REFUSALS = 2;

const scroll = byId('scroll', HTMLElement);
const list = byId('messages', HTMLOListElement);
const empty = byId('empty', HTMLElement);
const tally = byId('tally', HTMLElement);
const trouble = byId('trouble', HTMLElement);
const people = byId('people', HTMLUListElement);
const peopleTitle = byId('people-title', HTMLElement);
const newer = byId('newer', HTMLButtonElement);
const text = byId('text', HTMLTextAreaElement);

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Own messages that were accepted but not received yet: their offsets, or texts where there are none. */
const own = new Set<number | string>();
const byOffset = new Map<number, HTMLElement>();
const progress = new Progress();
let received = 0;
let members: readonly Member[] = [];
/** Consecutive failed attempts. */
let failures = 0;
let last: { identity: string; at: number; mine: boolean } | null = null;

const code = decodeURIComponent(location.pathname.split('/')[2] ?? '');

const socket = new RoomEndpoint({
  url: location.origin,
  code,
  after: 'beginning',
  presence: true,
  longestMs: 10_000,
});
followNetwork(() => socket);

socket.on('open', () => {
  failures = 0;
  setPill('good', 'Connected');
  say(trouble, '');
});

socket.on('recovered', (answer) => {
  const missed = progress.recovered(answer);
  note(...wordsOf(answer, missed));
  showTally();
});

socket.on('message', (message, frame) => {
  received++;
  const gap = progress.heard(message);
  if (gap) note(`Messages ${gap.first} to ${gap.last} are missing.`, 'bad');
  const isNearEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END;
  // The original text, since numbers may be longer than those of JavaScript.
  const json = frame.slice('{"message":'.length, frame.lastIndexOf(',"identity":'));
  const mine = own.delete(message.offset ?? json);
  const element = bubble(message.identity, message.timestamp, message.message, json, mine);
  if (message.offset !== undefined) byOffset.set(message.offset, element);
  // Waiting messages stay below received ones.
  const firstWaiting = list.querySelector('.waiting');
  list.insertBefore(element, firstWaiting);
  element.dataset['json'] = json;
  trim();
  showTally();
  if (isNearEnd) toEnd();
  else newer.hidden = false;
});

socket.on('present', showMembers);
socket.on('join', (member) => {
  showMembers([...members, member]);
});
socket.on('leave', ({ identity }) => {
  const place = members.findIndex((member) => member.identity === identity);
  showMembers(members.filter((_, index) => index !== place));
});

socket.on('reconnecting', ({ waitMs }) => {
  setPill('warn', `Away, back in ${Math.max(1, Math.round(waitMs / 1000))} s`);
  members = [];
  people.replaceChildren();
  peopleTitle.textContent = 'Here now';
  if (++failures > REFUSALS) void blameLink();
});

socket.on('closed', () => {
  setPill('bad', 'Ended');
  say(trouble, 'This link has expired or was withdrawn.');
  for (const element of byId('form', HTMLFormElement).elements) element.toggleAttribute('disabled', true);
});

byId('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const said = text.value;
  if (said.trim() === '') return;
  text.value = '';
  fit();
  const json = JSON.stringify(said);
  const element = bubble('', new Date().toISOString(), said, json, true);
  element.classList.add('waiting');
  element.dataset['json'] = json;
  list.append(element);
  empty.hidden = true;
  toEnd();
  void deliver(said, element, json);
});

text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  byId('form', HTMLFormElement).requestSubmit();
});
text.addEventListener('input', fit);
newer.addEventListener('click', toEnd);
scroll.addEventListener('scroll', () => {
  if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END) newer.hidden = true;
});

/** Sends it, now or once the connection is back. The waiting bubble goes when the outcome is known. */
async function deliver(said: string, element: HTMLElement, json: string) {
  try {
    const { offset } = await socket.send(said);
    // In most rooms, the own message arrives before its acknowledgement.
    const heard = offset === undefined ? latestWith(json) : byOffset.get(offset);
    if (heard) heard.classList.add('mine');
    else own.add(offset ?? json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    note(`${error instanceof Unconfirmed ? 'Perhaps not sent' : 'Not sent'}: ${reason}`, 'bad');
  } finally {
    element.remove();
  }
}

function bubble(identity: string, timestamp: string, value: unknown, json: string, mine: boolean) {
  const date = new Date(timestamp);
  const element = make('li', mine ? 'message mine' : 'message');
  const when = make('time', 'soft', clock.format(date));
  when.setAttribute('datetime', timestamp);
  when.title = calendar.format(date);
  const who = make('span', 'who', ...(identity === '' ? [] : [foreign(identity)]), when);
  const body = typeof value === 'string' ? make('p', 'body', value) : make('p', 'body value', json);
  body.dir = 'auto';
  const isSame =
    last !== null && last.identity === identity && last.mine === mine && date.getTime() - last.at < TOGETHER;
  if (isSame && identity !== '') element.classList.add('same');
  if (identity !== '') last = { identity, at: date.getTime(), mine };
  element.append(face(identity), who, body);
  empty.hidden = true;
  return element;
}

function face(identity: string) {
  let hash = 0;
  for (const character of identity) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  const element = make('span', `face hue${hash % HUES}`, (Array.from(identity.trim())[0] ?? '?').toUpperCase());
  element.setAttribute('aria-hidden', 'true');
  return element;
}

function showMembers(present: readonly Member[]) {
  members = present;
  peopleTitle.textContent = `Here now (${members.length})`;
  people.replaceChildren(...crowd());
}

/** One line per name, with the number of its members. */
function crowd() {
  const counts = new Map<string, number>();
  for (const { identity } of members) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return [...counts].map(([identity, count]) => {
    const item = make('li', '', face(identity), foreign(identity === '' ? 'No name' : identity));
    if (count > 1) item.append(make('span', 'soft small', `×${count}`));
    return item;
  });
}

/** The result of asking for everything since the page's last message; not an error when it had none. */
function wordsOf({ recovered, epoch }: Recovered, missed: number): [words: string, tone: string] {
  const isFirst = received === 0;
  const bad = isFirst ? '' : 'bad';
  if (epoch === '') {
    if (isFirst) return ['This room keeps no messages: what is said from now on is shown.', bad];
    return ['Back. Nothing is kept here, so something may have been missed.', bad];
  }
  if (!recovered) {
    if (isFirst) return ['Earlier messages are too many to be shown.', bad];
    return ['Back, but too much was missed: there is a gap here.', bad];
  }
  if (isFirst) return ['', ''];
  if (missed === 0) return ['Back. Nothing was missed.', 'good'];
  return [`Back. Caught up on ${missed} ${missed === 1 ? 'message' : 'messages'}; nothing is missing.`, 'good'];
}

async function blameLink() {
  const answer = await fetch('/health/live', { cache: 'no-store' }).catch(() => null);
  if (answer?.ok === true && failures > REFUSALS)
    say(trouble, 'The server does not accept this link. It may be wrong, or it has expired or was withdrawn.');
}

function note(words: string, tone: string) {
  if (words === '') return;
  last = null;
  list.insertBefore(make('li', `event ${tone}`, words), list.querySelector('.waiting'));
  toEnd();
}

function latestWith(json: string) {
  const all = [...list.querySelectorAll('.message:not(.waiting):not(.mine)')];
  return all.reverse().find((element) => element instanceof HTMLElement && element.dataset['json'] === json);
}

function trim() {
  while (list.childElementCount > SHOWN) list.firstElementChild?.remove();
  if (byOffset.size > 2 * SHOWN)
    for (const [offset, element] of byOffset) if (!element.isConnected) byOffset.delete(offset);
}

function showTally() {
  if (progress.offset === 0) {
    tally.textContent = received === 0 ? 'No messages yet' : `${received} received since this page was opened`;
    return;
  }
  tally.textContent = `Up to message ${progress.offset} · ${progress.missing === 0 ? 'none missing' : `${progress.missing} missing`}`;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** Makes the field grow with its text. */
function fit() {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
}
