import { byId, enableCopying, foreign, make, say } from './dom.js';
import { Invite } from './invite.js';
import { Log } from './log.js';
import { NewService } from './new-service.js';
import { inMilliseconds, People, short } from './people.js';
import { parse, Relay } from './relay.js';
import { RoundTrips } from './round-trips.js';

/**
 * @typedef {import('./relay.js').Message} Message
 * @typedef {import('./relay.js').Role} Role
 * @typedef {import('./endings.js').Ending} Ending
 */

const join = byId('join', HTMLElement);
const session = byId('session', HTMLElement);
const ended = byId('ended', HTMLElement);
const outage = byId('outage', HTMLElement);
const credential = byId('credential', HTMLInputElement);
const nameField = byId('name', HTMLInputElement);
const joinButton = byId('join-button', HTMLButtonElement);
const joinError = byId('join-error', HTMLElement);
const message = byId('message', HTMLInputElement);
const sendError = byId('send-error', HTMLElement);
const raw = byId('raw', HTMLInputElement);
const to = byId('to', HTMLSelectElement);
const measure = byId('measure', HTMLInputElement);
const pill = byId('pill', HTMLElement);

const TITLE = document.title;
let name = '';
let code = '';
/** Of a client or guest: whether it knows of a host, and how far that one is. */
let hostIs = /** @type {'unknown' | 'here' | 'away'} */ ('unknown');
/** @type {number | null} */
let hostTrip = null;
/** @type {number | undefined} */
let countdown;

const log = new Log();
const invite = new Invite();
const people = new People(describePeople);
const relay = new Relay({ onConnecting, onJoined, onMessage, onLost, onEnded });
const trips = new RoundTrips({
  send: (text) => relay.send(text),
  onMeasured,
  self: () => ({ role: relay.role, name }),
});

/** @param {'' | 'good' | 'warn' | 'bad'} mood @param {string} text */
function state(mood, text) {
  pill.className = `pill ${mood}`;
  if (pill.textContent !== text) pill.textContent = text;
}

/** Shows one of the parts of the page. @param {'join' | 'session' | 'ended'} part */
function show(part) {
  join.hidden = part !== 'join';
  session.hidden = part !== 'session';
  ended.hidden = part !== 'ended';
}

// --- The connection

function onConnecting() {
  clearInterval(countdown);
  joinButton.disabled = true;
  state('warn', 'Connecting…');
  if (!outage.hidden) say(byId('outage-text', HTMLElement), 'Connecting…');
}

/** @param {Role} role */
function onJoined(role) {
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
  state('good', role === 'host' ? 'You are the host' : `You are a ${role}`);
  document.title = `${role[0]?.toUpperCase()}${role.slice(1)} · ${TITLE}`;
  byId('you', HTMLElement).textContent = YOU[role];
  if (!returned) log.clear();
  log.tell('event', returned ? 'Connected again. What was said meanwhile did not reach this page.' : 'Connected.');
  show('session');
  describePeople();
  if (!returned) message.focus({ preventScroll: true });
  trips.measure();
}

/** @type {Record<Role, string>} */
const YOU = {
  host: 'Everybody hears you. What clients and guests say comes to you alone.',
  client: 'The host hears you, and you hear the host.',
  guest: 'The host hears you, and you hear the host.',
};

/** @param {Ending} ending @param {number | null} retryAt */
function onLost(ending, retryAt) {
  joinButton.disabled = false;
  state('warn', ending.title);
  clearInterval(countdown);
  if (session.hidden) {
    // An alert is read aloud at every change, so there is no counting here.
    say(joinError, `${ending.title}. ${ending.text} This page keeps trying.`);
    show('join');
    return;
  }
  const draw = () => {
    const seconds = retryAt === null ? 0 : Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const when = retryAt === null ? 'This page connects again when it is back.' : `Trying again in ${seconds} s.`;
    byId('outage-text', HTMLElement).textContent = `${ending.title}. ${ending.text} ${when}`;
  };
  draw();
  if (retryAt !== null) countdown = setInterval(draw, 1000);
  if (outage.hidden) log.tell('fault', `${ending.title}.`);
  outage.hidden = false;
  people.clear();
}

/** @param {Ending} ending */
function onEnded(ending) {
  clearInterval(countdown);
  joinButton.disabled = false;
  invite.hide();
  document.title = TITLE;
  if (session.hidden && ending.again === 'never') {
    state('bad', 'Not connected');
    say(joinError, `${ending.title}. ${ending.text}`);
    show('join');
    credential.focus();
    credential.select();
    return;
  }
  state('bad', ending.title);
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
  state('', 'Not connected');
  show('join');
  credential.focus();
}

// --- What comes in

/** @param {Message} frame @param {string} text */
function onMessage(frame, text) {
  const user = typeof frame['user'] === 'string' ? frame['user'] : '';
  const isHost = relay.role === 'host';
  if (isFromServer(frame)) {
    onServer(frame, user);
    return;
  }
  // Whoever was here before this host: heard of when it speaks, known when it answers.
  if (isHost && user !== '' && !people.hasRole(user)) people.know(user, aboutSelf(frame));
  if (!isHost) hostSeen();
  if (trips.take(frame)) return;
  const { words, json } = readable(frame, text);
  log.message(isHost ? people.label(user) : ['Host'], words, { json });
}

/** Towards a host nobody but the server may use these types. @param {Message} frame */
function isFromServer({ type }) {
  return ['server_code', 'server_join', 'server_leave', 'server_disconnect', 'server_error'].includes(String(type));
}

/** @param {Message} frame @param {string} user */
function onServer(frame, user) {
  const role = short(String(frame['role'] ?? ''), 20);
  switch (frame.type) {
    case 'server_code': {
      const fresh = String(frame['code']);
      if (code !== '' && code !== fresh && !session.hidden) {
        log.tell('event', `The code is ${fresh} now; the one before no longer works.`);
      }
      code = fresh;
      void invite.show(fresh);
      break;
    }
    case 'server_join':
      people.know(user, { role, name: typeof frame['name'] === 'string' ? frame['name'] : '' });
      if (role === 'host') hostIs = 'here';
      log.tell('event', ...people.label(user), role === 'host' ? ' is here.' : ` joined as ${role}.`);
      trips.measure();
      break;
    case 'server_leave':
      if (!people.has(user)) people.know(user, { role });
      log.tell('event', ...people.label(user), ' left.');
      people.forget(user);
      if (role === 'host') hostLeft();
      break;
    case 'server_error':
      log.tell('fault', foreign(short(String(frame['message']), 300)));
      break;
    default:
    // The reason of a disconnect: shown when that comes.
  }
}

function hostSeen() {
  if (hostIs === 'here') return;
  hostIs = 'here';
  describePeople();
}

function hostLeft() {
  // A new host comes before the old one goes.
  if (people.size > 0) return;
  hostIs = 'away';
  hostTrip = null;
  log.tell('fault', 'The host has left. You stay connected, and hear when one comes back.');
}

/** What a page tells of itself when it answers. @param {Message} frame */
function aboutSelf(frame) {
  if (frame.type !== 'exhibit_pong') return {};
  const { role, name: given } = frame;
  return {
    role: role === 'client' || role === 'guest' ? role : '',
    name: typeof given === 'string' ? given : '',
  };
}

/** @param {string} user @param {number} milliseconds */
function onMeasured(user, milliseconds) {
  if (relay.role === 'host') {
    people.know(user, { trip: milliseconds });
  } else {
    hostTrip = milliseconds;
    describePeople();
  }
}

/** Words where there are words and nothing else; the frame as it came where there is more. @param {Message} frame @param {string} text */
function readable(frame, text) {
  const { type, text: words, user: _user, ...more } = frame;
  if (type === 'message' && typeof words === 'string' && Object.keys(more).length === 0) return { words, json: false };
  return { words: text, json: true };
}

function describePeople() {
  const none = byId('people-none', HTMLElement);
  const list = byId('people', HTMLElement);
  if (relay.role === 'host') {
    list.hidden = people.size === 0;
    say(none, people.size === 0 ? 'Nobody yet that this page knows of.' : '');
    byId('people-title', HTMLElement).textContent = people.size === 0 ? 'Connected' : `Connected (${people.size})`;
    offerReceivers();
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

/** Keeps the choice that was made, if that person is still there. */
function offerReceivers() {
  const chosen = to.value;
  const everyone = make('option', '', 'Everyone');
  everyone.setAttribute('value', '');
  const options = people.ids.slice(0, 500).map((user) => {
    const option = make('option', '', people.plainLabel(user));
    option.setAttribute('value', user);
    return option;
  });
  to.replaceChildren(everyone, ...options);
  to.value = people.has(chosen) ? chosen : '';
}

// --- What goes out

/** @returns {{ text: string } | { fault: string }} */
function composed() {
  const typed = message.value;
  const receiver = relay.role === 'host' && to.value !== '' ? { user: to.value } : {};
  if (!raw.checked) return { text: JSON.stringify({ type: 'message', text: typed, ...receiver }) };
  const value = parse(typed);
  if (value === null) return { fault: 'This is not a JSON object, such as {"scene": 3}.' };
  if (to.value !== '' && relay.role === 'host') return { text: JSON.stringify({ ...value, ...receiver }) };
  return { text: typed };
}

/** @param {SubmitEvent} event */
function onSend(event) {
  event.preventDefault();
  say(sendError, '');
  if (message.value.trim() === '') return;
  const result = composed();
  if ('fault' in result) {
    say(sendError, result.fault);
  } else if (relay.holdsCredential(result.text)) {
    say(sendError, 'This holds your token. The server would not pass it on, and nobody else should have it.');
  } else if (!relay.send(result.text)) {
    say(sendError, 'Not connected right now. Send it again when the connection is back.');
  } else {
    const receiver = relay.role === 'host' && to.value !== '' ? ['You to ', ...people.label(to.value)] : ['You'];
    log.message(receiver, raw.checked ? result.text : message.value, { json: raw.checked, ours: true });
    message.value = '';
  }
  message.focus();
}

// --- The person in front

/** @param {string} given */
function enter(given) {
  name = nameField.value.trim();
  code = '';
  // Codes are capital letters; tokens are compared without case.
  const text = given.trim();
  relay.join(/^[a-z]{1,12}$/i.test(text) ? text.toUpperCase() : text, name);
}

/** Comes in by a link: `#code=…` stays, so that a reload comes back; a token is taken out of the address at once. */
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
byId('send-form', HTMLFormElement).addEventListener('submit', onSend);
byId('ended-again', HTMLButtonElement).addEventListener('click', () => relay.retry());
byId('ended-other', HTMLButtonElement).addEventListener('click', startOver);
byId('outage-now', HTMLButtonElement).addEventListener('click', () => relay.retry());
byId('outage-stop', HTMLButtonElement).addEventListener('click', startOver);
byId('leave', HTMLButtonElement).addEventListener('click', startOver);
measure.addEventListener('change', () => {
  trips.enabled = measure.checked;
  if (measure.checked) trips.measure();
});
raw.addEventListener('change', () => {
  message.classList.toggle('json', raw.checked);
  message.placeholder = raw.checked ? '{"scene": 3}' : 'Say something';
  message.focus();
});
addEventListener('hashchange', enterByLink);

enableCopying();
new NewService((token) => {
  credential.value = '';
  enter(token);
});
if (!enterByLink()) show('join');
