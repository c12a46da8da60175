import { byId, make, say } from '../ui/dom.js';
import { parseObject } from '../ui/json.js';
import { type Log } from './log.js';
import { type People } from './people.js';
import { type Relay } from './relay.js';

const MOST_RECEIVERS = 500;

/** Where a message is written, and its receiver chosen. */
export class Composer {
  private readonly message = byId('message', HTMLInputElement);
  private readonly error = byId('send-error', HTMLElement);
  private readonly raw = byId('raw', HTMLInputElement);
  private readonly to = byId('to', HTMLSelectElement);

  constructor(
    private readonly relay: Relay,
    private readonly people: People,
    private readonly log: Log,
  ) {
    byId('send-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.send();
    });
    this.raw.addEventListener('change', () => {
      this.message.classList.toggle('json', this.raw.checked);
      this.message.placeholder = this.raw.checked ? '{"scene": 3}' : 'Say something';
      this.message.focus();
    });
  }

  focus(): void {
    this.message.focus({ preventScroll: true });
  }

  /** Keeps the chosen receiver, if that person is still there. */
  offerReceivers(): void {
    const chosen = this.to.value;
    const everyone = make('option', '', 'Everyone');
    everyone.setAttribute('value', '');
    const options = this.people.ids.slice(0, MOST_RECEIVERS).map((user) => {
      const option = make('option', '', this.people.plainLabel(user));
      option.setAttribute('value', user);
      return option;
    });
    this.to.replaceChildren(everyone, ...options);
    this.to.value = this.people.has(chosen) ? chosen : '';
  }

  /** Empty for everybody. */
  private get receiver(): string {
    return this.relay.role === 'host' ? this.to.value : '';
  }

  private send(): void {
    say(this.error, '');
    if (this.message.value.trim() === '') return;
    const result = this.composed();
    if ('fault' in result) {
      say(this.error, result.fault);
    } else if (this.relay.holdsCredential(result.text)) {
      say(this.error, 'This holds your token. The server would not pass it on, and nobody else should have it.');
    } else if (!this.relay.send(result.text)) {
      say(this.error, 'Not connected right now. Send it again when the connection is back.');
    } else {
      const who = this.receiver === '' ? ['You'] : ['You to ', ...this.people.label(this.receiver)];
      const json = this.raw.checked;
      this.log.message(who, json ? result.text : this.message.value, { json, ours: true });
      this.message.value = '';
    }
    this.message.focus();
  }

  private composed(): { text: string } | { fault: string } {
    const typed = this.message.value;
    const receiver = this.receiver === '' ? {} : { user: this.receiver };
    if (!this.raw.checked) return { text: JSON.stringify({ type: 'message', text: typed, ...receiver }) };
    const value = parseObject(typed);
    if (value === null) return { fault: 'This is not a JSON object, such as {"scene": 3}.' };
    return { text: this.receiver === '' ? typed : JSON.stringify({ ...value, ...receiver }) };
  }
}
