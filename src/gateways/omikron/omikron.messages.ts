import { JsonMembers } from '../../common/json/json-members.js';
import { type JsonObjectText, JsonScanner } from '../../common/json/json-object-text.js';
import { MessageData, type OmikronMessage, plainName } from '../../modules/omikron/omikron-message.js';
import { type CallerPrincipal, EMPTY_LOG, type SenderMembers } from '../../modules/omikron/omikron-connection.js';
import { type OmikronEvent, relayed } from '../../modules/omikron/omikron.events.js';

/** Members of an envelope that the relay looks at. */
const scanner = new JsonScanner(['id', 'type', 'log', 'sender_id', 'sender', 'receiver_id', 'receiver', 'data']);
const LOG = new JsonMembers(new Map([['log', EMPTY_LOG]]));
const NOTHING = Buffer.from('{}');

/** All spellings of a `data` member that a receiver may accept. */
const spellingsOf = (name: string): readonly string[] => {
  const pascal = name.replace(/(?:^|_)(\w)/g, (_match, first: string) => first.toUpperCase());
  return [name, pascal, pascal.charAt(0).toLowerCase() + pascal.slice(1), plainName(name)];
};
const PING = spellingsOf('last_ping');
const pingScanner = new JsonScanner(PING);
/** Members of `data` that the Omikron may set. */
const SET = ['sender_id', 'user_id', 'call_state', 'user_state'].flatMap(spellingsOf);
const dataScanner = new JsonScanner(SET);
const senderScanner = new JsonScanner(['sender_id', 'sender', 'log']);

/** An envelope that keeps its original text. */
export class Envelope implements OmikronMessage {
  private constructor(readonly json: JsonObjectText) {}

  /** @returns `null` when it is not a JSON object */
  static read(bytes: Buffer): Envelope | null {
    const json = scanner.scan(bytes);
    return json && new Envelope(json);
  }

  get id(): string | undefined {
    return this.json.textOf('id')?.toString('utf8');
  }

  get data(): MessageData {
    return MessageData.of(this.json.parse('data'));
  }

  /** Read from the text, because integers of any size must be preserved. */
  get ping(): string | undefined {
    const data = pingScanner.scan(this.json.textOf('data') ?? NOTHING);
    const name = data && PING.find((spelling) => data.has(spelling));
    if (!name) return undefined;
    const text = (data.rawOf(name) ?? '').replace(/^"(.*)"$/, '$1');
    if (/^-?(?:0|[1-9]\d{0,38})$/.test(text)) return text;
    const value = Number(text);
    return text !== '' && Number.isSafeInteger(value) ? String(value) : undefined;
  }

  get receiver(): string | undefined {
    return this.json.stringOf(this.json.has('receiver_id') ? 'receiver_id' : 'receiver');
  }

  get rawReceiver(): string | undefined {
    return this.json.rawOf('receiver_id')?.slice(1, -1);
  }

  get senders(): readonly (string | undefined)[] {
    return [...this.json.stringsOf('sender_id'), ...this.json.stringsOf('sender')];
  }

  asItCame(): OmikronEvent {
    return relayed(this.json.has('log') ? this.json.bytes : this.json.withMembers(LOG));
  }

  from(sender: SenderMembers): OmikronEvent {
    const { text, tail } = this.json.pieces(this.json.has('log') ? sender.plain : sender.withLog);
    return relayed(text, tail);
  }

  textFrom(caller: CallerPrincipal, values: Readonly<Record<string, string>>): Buffer {
    const data = dataScanner.scan(this.json.textOf('data') ?? NOTHING) ?? dataScanner.scan(NOTHING);
    if (data === null) throw new Error('an empty object is an object');
    const members = new Map<string, string>();
    for (const [name, value] of Object.entries({ sender_id: caller.written, ...values })) {
      const text = JSON.stringify(value);
      members.set(name, text);
      for (const spelling of SET) {
        if (plainName(spelling) === plainName(name) && data.has(spelling)) members.set(spelling, text);
      }
    }
    const text = this.json.with('data', data.withMembers(new JsonMembers(members)).toString('utf8'));
    const spliced = senderScanner.scan(text);
    if (spliced === null) throw new Error('a spliced object is an object');
    return spliced.withMembers(spliced.has('log') ? caller.sender.plain : caller.sender.withLog);
  }
}
