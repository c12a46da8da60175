import { byId, foreign, make, say } from '../ui/dom.js';
import { isObject } from '../ui/json.js';
import { setPill } from '../ui/pill.js';
import { Media, type Problem } from './media.js';
import { Mesh } from './mesh.js';
import { People } from './people.js';
import { Notes, Rings } from './prompts.js';
import { Signaling } from './signaling.js';
import { Tiles } from './tiles.js';

const NAME_KEY = 'switchboard.call.name';
const MOST_LINES = 500;

const nameField = byId('name', HTMLInputElement);
const joinButton = byId('join', HTMLButtonElement);
const relayBox = byId('relay', HTMLInputElement);
const muteButton = byId('mute', HTMLButtonElement);
const cameraButton = byId('camera', HTMLButtonElement);
const leaveButton = byId('leave', HTMLButtonElement);
const chatField = byId('chat', HTMLInputElement);
const log = byId('log', HTMLDivElement);
const views = ['welcome', 'refused', 'room'].map((id) => byId(id, HTMLElement));

const media = new Media();
const tiles = new Tiles();
const rings = new Rings();
const notes = new Notes();
/** Members of this page's call, including itself; empty when it is in none. */
let members: string[] = [];
/** Names of those who were in a call with this page when its connection broke. */
let lost = '';
/** Who was called last: the answer `busy` names nobody. */
let lastCalled = '';
/** Outgoing connections wait for the first ICE servers. */
let iceReady = false;

const options = () => new URLSearchParams(location.hash.slice(1));
const ownName = () => nameField.value.trim();

const mesh = new Mesh(media, {
  onStream: (sid, stream) => {
    tiles.show(sid, stream);
  },
  onState: (sid, state) => {
    tiles.say(sid, state);
  },
  onMedia: (sid, mic, camera) => {
    tiles.told(sid, { mic, camera });
  },
  relay: (type, sid, payload) => {
    signaling.relay(type, sid, payload);
  },
});

const people = new People({
  onCall: (sid) => {
    lastCalled = sid;
    people.calling(sid, true);
    signaling.invite(sid);
  },
  onCancel: (sid) => {
    people.calling(sid, false);
    signaling.cancel(sid);
  },
});

const signaling = new Signaling({
  onConnected: () => {
    show('room');
    setPill('good', 'In the lobby');
    notes.hide('lost');
    if (lost !== '')
      notes.show('ended', `The connection was lost, and the call with ${lost} ended with it.`, { stays: true });
    lost = '';
  },
  onLost: (willReturn) => {
    if (members.length > 0)
      lost = members
        .filter((sid) => sid !== signaling.sid)
        .map((sid) => people.nameOf(sid))
        .join(', ');
    endCall();
    rings.endAll();
    people.replace([]);
    if (willReturn) {
      setPill('warn', 'Reconnecting…');
      const offline = navigator.onLine ? 'The server cannot be reached.' : 'This device is offline.';
      notes.show('lost', `${offline} This page comes back by itself.`, { tone: 'warn', stays: true });
    } else {
      refuse('The server has ended this connection', 'Your access may have been withdrawn.');
    }
  },
  onRefused: (message) => {
    signaling.leave();
    refuse(
      'You cannot come in like this',
      `${message} Ask whoever invited you for a link to this page that holds one.`,
    );
  },
  onPeers: (peers) => {
    people.replace(peers);
  },
  onPeer: (peer) => {
    people.add(peer);
    tiles.rename(peer.sid, people.nameOf(peer.sid));
  },
  onPeerGone: (sid) => {
    rings.end(sid);
    if (people.isCalling(sid)) notes.show('answer', `${people.nameOf(sid)} has gone.`);
    people.remove(sid);
  },
  onRing: (sid) => {
    rings.show(sid, {
      name: people.nameOf(sid),
      text: members.length > 0 ? 'calls you. Accepting leaves this call.' : 'calls you.',
      yes: 'Accept',
      no: 'Decline',
      onYes: () => {
        signaling.accept(sid);
      },
      onNo: () => {
        signaling.decline(sid);
      },
    });
  },
  onRingEnd: (sid, why) => {
    const missed =
      why === 'missed' ? `You missed a call of ${people.nameOf(sid)}.` : `${people.nameOf(sid)} has hung up.`;
    if (rings.end(sid)) notes.show('missed', missed);
  },
  onRequest: (sid) => {
    rings.show(sid, {
      name: people.nameOf(sid),
      text: 'wants to join this call.',
      yes: 'Let in',
      no: 'Ignore',
      onYes: () => {
        signaling.invite(sid);
      },
      onNo: () => undefined,
    });
  },
  onAnswer: (sid, answer) => {
    const wasCalling = people.isCalling(sid);
    people.calling(sid, false);
    if (answer === 'accepted' || !wasCalling) return;
    notes.show('answer', `${people.nameOf(sid)} ${answer === 'declined' ? 'has declined.' : 'does not answer.'}`);
  },
  onBusy: () => {
    people.calling(lastCalled, false);
    if (!members.includes(lastCalled))
      notes.show('answer', `${people.nameOf(lastCalled)} is in a call, and was told that you would like to join.`);
  },
  onMembers: (sids) => {
    const entering = members.length === 0;
    members = sids;
    draw();
    if (entering) enterCall();
    for (const sid of sids) if (sid !== signaling.sid) tiles.add(sid, people.nameOf(sid));
    connect();
  },
  onQuit: (sid) => {
    if (sid === signaling.sid || members.length === 0) {
      endCall();
      return;
    }
    mesh.close(sid);
    tiles.remove(sid);
    members = members.filter((member) => member !== sid);
    line('', `${people.nameOf(sid)} has left`);
    draw();
    if (members.length > 1) return;
    // Nobody can be called while alone in a room.
    notes.show('ended', `${people.nameOf(sid)} has left; the call has ended.`);
    signaling.leaveRoom();
    endCall();
  },
  onToggle: (sid, what) => {
    if (sid !== signaling.sid) tiles.toggle(sid, what);
  },
  onMessage: hear,
  onRelayed: (kind, object) => {
    if (typeof object['sender_sid'] === 'string') mesh.receive(kind, object['sender_sid'], object);
  },
  onIce: ({ iceServers }) => {
    mesh.configure(iceServers, relayBox.checked);
    iceReady = true;
    connect();
  },
});

/** Connects to all members, once the ICE servers are known. */
function connect() {
  if (iceReady && members.length > 0) mesh.connect(signaling.sid, members);
}

function enterCall() {
  log.replaceChildren();
  // The others assume that everybody who joins has microphone and camera on.
  if (media.muted || !media.microphone) signaling.toggle('mic');
  if (media.dark) signaling.toggle('video');
}

function endCall() {
  mesh.closeAll();
  for (const sid of members) if (sid !== signaling.sid) tiles.remove(sid);
  members = [];
  draw();
}

/** Updates what depends on whether there is a call. */
function draw() {
  const inCall = members.length > 0;
  leaveButton.hidden = !inCall;
  byId('talk', HTMLElement).hidden = !inCall;
  people.inCall(members);
  tiles.add('', `${ownName()} (you)`);
  tiles.show('', media.stream);
  tiles.set('', { mic: !media.muted && media.microphone !== null, camera: !media.dark });
  press(muteButton, media.muted, 'Mute', 'Unmute');
  muteButton.disabled = media.microphone === null;
  press(cameraButton, media.dark, 'Camera off', 'Camera on');
  if (signaling.connected) setPill('good', inCall ? `In a call of ${members.length}` : 'In the lobby');
}

function press(button: HTMLButtonElement, pressed: boolean, off: string, on: string) {
  button.setAttribute('aria-pressed', String(pressed));
  button.textContent = pressed ? on : off;
}

function hear(message: unknown) {
  if (!isObject(message)) return;
  const { senderName, data } = message;
  if (typeof senderName !== 'string' || typeof data !== 'string') return;
  line(/^(.*)\([\w-]+\)$/s.exec(senderName)?.[1] ?? senderName, data);
}

function line(who: string, text: string) {
  const entry =
    who === ''
      ? make('p', 'soft small', foreign(text))
      : make('p', '', make('b', '', foreign(who)), ' ', foreign(text));
  log.append(entry);
  if (log.childElementCount > MOST_LINES) log.firstElementChild?.remove();
  log.scrollTop = log.scrollHeight;
}

function show(id: 'welcome' | 'refused' | 'room') {
  for (const view of views) view.hidden = view.id !== id;
  if (id === 'room') draw();
}

function refuse(title: string, text: string) {
  setPill('bad', 'Not connected');
  endCall();
  media.close();
  notes.hide('lost');
  byId('refused-title', HTMLHeadingElement).textContent = title;
  say(byId('refused-text', HTMLParagraphElement), text);
  show('refused');
  byId('refused-title', HTMLHeadingElement).focus();
}

function explain(problem: Problem | null) {
  notes.hide('media');
  if (!problem) return;
  const again = { label: 'Try again', run: () => void openMedia() };
  notes.show('media', problem.text, { tone: 'warn', stays: true, ...(problem.again && { action: again }) });
}

async function openMedia() {
  explain(await media.open());
  mesh.update();
  draw();
}

async function join() {
  if (ownName() === '') return;
  joinButton.disabled = true;
  setPill('warn', 'Connecting…');
  try {
    localStorage.setItem(NAME_KEY, ownName());
  } catch {
    // Some browsers store nothing for pages; then the name must be typed again.
  }
  await openMedia();
  iceReady = false;
  signaling.join(ownName(), options().get('lobby') ?? '');
  joinButton.disabled = false;
}

byId('join-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void join();
});
byId('refused-again', HTMLButtonElement).addEventListener('click', () => {
  setPill('', 'Not connected');
  show('welcome');
});
muteButton.addEventListener('click', () => {
  media.mute(!media.muted);
  if (members.length > 0 && media.microphone) signaling.toggle('mic');
  mesh.update();
  draw();
});
cameraButton.addEventListener('click', () => {
  const was = media.dark;
  cameraButton.disabled = true;
  void media.darken(!was).then((problem) => {
    cameraButton.disabled = false;
    explain(problem);
    if (members.length > 0 && media.dark !== was) signaling.toggle('video');
    mesh.update();
    draw();
  });
});
leaveButton.addEventListener('click', () => {
  signaling.leaveRoom();
  endCall();
});
byId('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const text = chatField.value;
  if (text.trim() === '' || members.length === 0) return;
  signaling.say(ownName(), text);
  line('You', text);
  chatField.value = '';
});
// Tells the others at once that this page has gone, instead of after a timeout.
addEventListener('pagehide', () => {
  signaling.leave();
});
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});

relayBox.checked = options().has('relay');
try {
  nameField.value = localStorage.getItem(NAME_KEY) ?? '';
} catch {
  // See above.
}
if (typeof RTCPeerConnection === 'undefined') {
  joinButton.disabled = true;
  notes.show('browser', 'This browser cannot make video calls. Any current one can.', { tone: 'bad', stays: true });
}
