import { byId, foreign, make, say } from '../ui/dom.js';
import { setPill } from '../ui/pill.js';
import { type Member } from './frames.js';
import { RoomSocket } from './room-socket.js';

/** Messages the page holds; older ones leave it, not the room. */
const SHOWN = 1_000;
const HUES = 6;
/** A message of the same person stands under the last one for so long. */
const TOGETHER = 120_000;
/** Below this distance from the end the page follows what is said. */
const NEAR_END = 80;

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

/** Own messages that nobody has heard yet, by id. */
const waiting = new Map<string, HTMLElement>();
/** Own messages that were accepted but not heard yet: offsets, or texts where there are none. */
const own = new Set<number | string>();
const byOffset = new Map<number, HTMLElement>();
let received = 0;
let gaps = 0;
let last: { identity: string; at: number; mine: boolean } | null = null;

const code = decodeURIComponent(location.pathname.split('/')[2] ?? '');

const socket = new RoomSocket(code, {
  onOpen() {
    setPill('good', 'Connected');
    say(trouble, '');
  },

  onRecovery({ recovered, durable, missed }) {
    const isFirst = received === 0;
    if (!durable)
      note(
        isFirst
          ? 'This room keeps no messages: what is said from now on is shown.'
          : 'Back. Nothing is kept here, so something may have been missed.',
        isFirst ? '' : 'bad',
      );
    else if (!recovered)
      note(
        isFirst ? 'Earlier messages are too many to be shown.' : 'Back, but too much was missed: there is a gap here.',
        isFirst ? '' : 'bad',
      );
    else if (!isFirst)
      note(
        missed === 0
          ? 'Back. Nothing was missed.'
          : `Back. Caught up on ${missed} ${missed === 1 ? 'message' : 'messages'}; nothing is missing.`,
        'good',
      );
    showTally();
  },

  onMessage({ message, json, identity, timestamp, position }) {
    received++;
    const isNearEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_END;
    const key = position?.offset ?? json;
    const mine = own.delete(key);
    const element = bubble(identity, timestamp, message, json, mine);
    if (position) byOffset.set(position.offset, element);
    // What has still to be heard stays below what was.
    const firstWaiting = list.querySelector('.waiting');
    list.insertBefore(element, firstWaiting);
    element.dataset['json'] = json;
    trim();
    showTally();
    if (isNearEnd) toEnd();
    else newer.hidden = false;
  },

  onPresent(members) {
    peopleTitle.textContent = `Here now (${members.length})`;
    people.replaceChildren(...crowd(members));
  },

  onAccepted(id, offset) {
    const element = waiting.get(id);
    waiting.delete(id);
    element?.remove();
    const json = element?.dataset['json'] ?? '';
    // In most rooms one hears oneself before the acknowledgement comes.
    const heard = offset === null ? latestWith(json) : byOffset.get(offset);
    if (heard) heard.classList.add('mine');
    else own.add(offset ?? json);
  },

  onRefused(id, reason) {
    waiting.get(id)?.remove();
    waiting.delete(id);
    note(`Not sent: ${reason}`, 'bad');
  },

  onLost(retryAt) {
    setPill('warn', `Away, back in ${Math.max(1, Math.round((retryAt - Date.now()) / 1000))} s`);
    people.replaceChildren();
    peopleTitle.textContent = 'Here now';
  },

  onUnwelcome() {
    say(trouble, 'The server does not accept this link. It may be wrong, or it has expired or was withdrawn.');
  },

  onRevoked() {
    setPill('bad', 'Ended');
    say(trouble, 'This link has expired or was withdrawn.');
    for (const element of byId('form', HTMLFormElement).elements) element.toggleAttribute('disabled', true);
  },

  onGap(expected, got) {
    gaps += got - expected;
    note(`Messages ${expected} to ${got - 1} are missing.`, 'bad');
  },
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
  waiting.set(socket.say(said), element);
  empty.hidden = true;
  toEnd();
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

/** One line per name, with how often it is there. */
function crowd(members: readonly Member[]) {
  const counts = new Map<string, number>();
  for (const { identity } of members) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return [...counts].map(([identity, count]) => {
    const item = make('li', '', face(identity), foreign(identity === '' ? 'No name' : identity));
    if (count > 1) item.append(make('span', 'soft small', `×${count}`));
    return item;
  });
}

function note(words: string, tone: string) {
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
  if (socket.offset === 0) {
    tally.textContent = received === 0 ? 'No messages yet' : `${received} received since this page was opened`;
    return;
  }
  tally.textContent = `Up to message ${socket.offset} · ${gaps === 0 ? 'none missing' : `${gaps} missing`}`;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  newer.hidden = true;
}

/** The field grows with what is written. */
function fit() {
  text.style.height = 'auto';
  text.style.height = `${text.scrollHeight + 2}px`;
}
