import { enableCopying } from '../ui/copying.js';
import { byId, foreign, say } from '../ui/dom.js';
import { textOf } from '../ui/json.js';
import { setPill } from '../ui/pill.js';
import { type Ending } from './endings.js';
import { Composer } from './composer.js';
import { Invite } from './invite.js';
import { Log } from './log.js';
import { NewService } from './new-service.js';
import { inMilliseconds, People, short } from './people.js';
import { type Message, Relay, type Role } from './relay.js';
import { RoundTrips } from './round-trips.js';

const join = byId('join', HTMLElement);
const session = byId('session', HTMLElement);
const ended = byId('ended', HTMLElement);
const outage = byId('outage', HTMLElement);
const credential = byId('credential', HTMLInputElement);
const nameField = byId('name', HTMLInputElement);
const joinButton = byId('join-button', HTMLButtonElement);
const joinError = byId('join-error', HTMLElement);
const measure = byId('measure', HTMLInputElement);

const TITLE = document.title;
let name = '';
let code = '';
// For a client or guest: whether it knows of a host, and the round-trip time to it.
let hostIs: 'unknown' | 'here' | 'away' = 'unknown';
let hostTrip: number | null = null;
let countdown: number | undefined;

const log = new Log();
const invite = new Invite();
const people = new People(describePeople);
const relay = new Relay({ onConnecting, onJoined, onCode, onJoin, onLeave, onError, onMessage, onLost, onEnded });
const composer = new Composer(relay, people, log);
const trips = new RoundTrips({
  send: (text) => relay.send(text),
  onMeasured,
  self: () => ({ role: relay.role, name }),
});

/** Shows one of the parts of the page. */
function show(part: 'join' | 'session' | 'ended') {
  join.hidden = part !== 'join';
  session.hidden = part !== 'session';
  ended.hidden = part !== 'ended';
}

// --- The connection

function onConnecting() {
  clearInterval(countdown);
  joinButton.disabled = true;
  setPill('warn', 'Connecting…');
  if (!outage.hidden) say(byId('outage-text', HTMLElement), 'Connecting…');
}

function onJoined(role: Role) {
  const returned = !session.hidden;
  joinButton.disabled = false;
  credential.value = '';
  say(joinError, '');
  outage.hidden = true;
  people.clear();
  hostIs = 'unknown';
  hostTrip = null;
  byId('to-field', HTMLElement).hidden = role !== 'host';
  if (role !== 'host') invite.hide();
  setPill('good', role === 'host' ? 'You are the host' : `You are a ${role}`);
  document.title = `${role[0]?.toUpperCase()}${role.slice(1)} · ${TITLE}`;
  byId('you', HTMLElement).textContent = YOU[role];
  if (!returned) log.clear();
  log.tell('event', returned ? 'Connected again. What was said meanwhile did not reach this page.' : 'Connected.');
  show('session');
  describePeople();
  if (!returned) composer.focus();
  trips.measure();
}

const YOU: Record<Role, string> = {
  host: 'Everybody hears you. What clients and guests say comes to you alone.',
  client: 'The host hears you, and you hear the host.',
  guest: 'The host hears you, and you hear the host.',
};

function onLost(ending: Ending, retryAt: number | null) {
  joinButton.disabled = false;
  setPill('warn', ending.title);
  clearInterval(countdown);
  if (session.hidden) {
    // An alert is read aloud on every change, so there is no countdown here.
    say(joinError, `${ending.title}. ${ending.text} This page keeps trying.`);
    show('join');
    return;
  }
  const draw = () => {
    const seconds = retryAt === null ? 0 : Math.ceil((retryAt - Date.now()) / 1000);
    const soon = seconds > 0 ? `Trying again in ${seconds} s.` : 'Connecting…';
    const when = retryAt === null ? 'This page connects again when it is back.' : soon;
    byId('outage-text', HTMLElement).textContent = `${ending.title}. ${ending.text} ${when}`;
  };
  draw();
  if (retryAt !== null) countdown = setInterval(draw, 1000);
  if (outage.hidden) log.tell('fault', `${ending.title}.`);
  outage.hidden = false;
  people.clear();
}

function onEnded(ending: Ending) {
  clearInterval(countdown);
  joinButton.disabled = false;
  invite.hide();
  document.title = TITLE;
  if (session.hidden && ending.again === 'never') {
    setPill('bad', 'Not connected');
    say(joinError, `${ending.title}. ${ending.text}`);
    show('join');
    credential.focus();
    credential.select();
    return;
  }
  setPill('bad', ending.title);
  byId('ended-title', HTMLElement).textContent = ending.title;
  byId('ended-text', HTMLElement).textContent = ending.text;
  const again = byId('ended-again', HTMLButtonElement);
  again.hidden = ending.again !== 'button';
  again.textContent = ending.button ?? '';
  show('ended');
  byId('ended-title', HTMLElement).focus();
}

function startOver() {
  clearInterval(countdown);
  relay.leave();
  invite.hide();
  outage.hidden = true;
  document.title = TITLE;
  history.replaceState(null, '', location.pathname);
  joinButton.disabled = false;
  say(joinError, '');
  setPill('', 'Not connected');
  show('join');
  credential.focus();
}

// --- What comes in

function onMessage(frame: Message, text: string) {
  const user = textOf(frame, 'user');
  const isHost = relay.role === 'host';
  // This client was here before the host: it is noticed when it speaks, and known when it answers.
  if (isHost && user !== '' && !people.hasRole(user)) people.know(user, aboutSelf(frame));
  if (!isHost) hostSeen();
  if (trips.take(frame)) return;
  const { words, json } = readable(frame, text);
  log.message(isHost ? people.label(user) : ['Host'], words, { json });
}

function onCode(fresh: string) {
  if (relay.role !== 'host') return;
  if (code !== '' && code !== fresh && !session.hidden) {
    log.tell('event', `The code is ${fresh} now; the one before no longer works.`);
  }
  code = fresh;
  invite.show(fresh);
}

function onJoin(frame: Message) {
  const [user, role] = [textOf(frame, 'user'), roleOf(frame)];
  people.know(user, { role, name: textOf(frame, 'name') });
  if (role === 'host') hostIs = 'here';
  log.tell('event', ...people.label(user), role === 'host' ? ' is here.' : ` joined as ${role}.`);
  trips.measure();
}

function onLeave(frame: Message) {
  const [user, role] = [textOf(frame, 'user'), roleOf(frame)];
  if (!people.has(user)) people.know(user, { role });
  log.tell('event', ...people.label(user), ' left.');
  people.forget(user);
  if (role === 'host') hostLeft();
}

function onError(frame: Message) {
  log.tell('fault', foreign(short(textOf(frame, 'message'), 300)));
}

/** Clients and guests get what hosts send unchanged, which may contain anything. */
function roleOf(frame: Message) {
  return short(textOf(frame, 'role'), 20);
}

function hostSeen() {
  if (hostIs === 'here') return;
  hostIs = 'here';
  describePeople();
}

function hostLeft() {
  // A new host joins before the old one leaves.
  if (people.size > 0) return;
  hostIs = 'away';
  hostTrip = null;
  log.tell('fault', 'The host has left. You stay connected, and hear when one comes back.');
}

/** What a page says about itself when it answers. */
function aboutSelf(frame: Message) {
  if (frame.type !== 'exhibit_pong') return {};
  const { role, name: given } = frame;
  return {
    role: role === 'client' || role === 'guest' ? role : '',
    name: typeof given === 'string' ? given : '',
  };
}

function onMeasured(user: string, milliseconds: number) {
  if (relay.role === 'host') {
    people.know(user, { trip: milliseconds });
  } else {
    hostTrip = milliseconds;
    describePeople();
  }
}

/** The members of a message that is only words. */
const PLAIN = ['type', 'text', 'user'];

/** The words, if there is nothing else; otherwise the frame as it came. */
function readable(frame: Message, text: string) {
  const { type, text: words } = frame;
  const isPlain = Object.keys(frame).every((member) => PLAIN.includes(member));
  if (type === 'message' && typeof words === 'string' && isPlain) return { words, json: false };
  return { words: text, json: true };
}

function describePeople() {
  const none = byId('people-none', HTMLElement);
  const list = byId('people', HTMLElement);
  if (relay.role === 'host') {
    list.hidden = people.size === 0;
    say(none, people.size === 0 ? 'Nobody yet that this page knows of.' : '');
    byId('people-title', HTMLElement).textContent = people.size === 0 ? 'Connected' : `Connected (${people.size})`;
    composer.offerReceivers();
    return;
  }
  byId('people-title', HTMLElement).textContent = 'Connected';
  list.hidden = people.size === 0;
  if (!relay.joined) {
    say(none, 'Not connected right now.');
    return;
  }
  const trip = hostTrip === null ? '' : ` Round trip ${inMilliseconds(hostTrip)}.`;
  const here = people.size === 0 ? `The host is here.${trip}` : trip.trim();
  const text = { unknown: 'No host has been heard of yet.', away: 'No host is connected.', here }[hostIs];
  say(none, text);
}

// --- The person in front

function enter(given: string) {
  name = nameField.value.trim();
  code = '';
  // Codes are capital letters; tokens are compared case-insensitively.
  const text = given.trim();
  relay.join(/^[a-z]{1,12}$/i.test(text) ? text.toUpperCase() : text, name);
}

/** Enters by a link. `#code=…` stays, so that a reload enters again; a token is removed from the address at once. */
function enterByLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  const token = link.get('token');
  if (token !== null) history.replaceState(null, '', location.pathname);
  const given = token ?? link.get('code') ?? '';
  if (given === '') return false;
  show('join');
  credential.value = token === null ? given : '';
  enter(given);
  return true;
}

byId('join-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  say(joinError, '');
  enter(credential.value);
});
byId('ended-again', HTMLButtonElement).addEventListener('click', () => {
  relay.retry();
});
byId('ended-other', HTMLButtonElement).addEventListener('click', startOver);
byId('outage-now', HTMLButtonElement).addEventListener('click', () => {
  relay.retry();
});
byId('outage-stop', HTMLButtonElement).addEventListener('click', startOver);
byId('leave', HTMLButtonElement).addEventListener('click', startOver);
measure.addEventListener('change', () => {
  trips.enabled = measure.checked;
  if (measure.checked) trips.measure();
});
addEventListener('hashchange', enterByLink);

enableCopying();
new NewService((token) => {
  credential.value = '';
  enter(token);
});
if (!enterByLink()) show('join');
