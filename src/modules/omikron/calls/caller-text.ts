import { JsonMembers } from '../../../common/json/json-members.js';
import { type JsonObjectText, JsonScanner } from '../../../common/json/json-object-text.js';
import { plainName } from '../message-data.js';
import { type CallerPrincipal } from '../omikron-connection.js';

/** Members of `data` that the Omikron may set, in every spelling that a receiver may read. */
const SPELLINGS = ['sender_id', 'user_id', 'call_state', 'user_state'].flatMap((name) => {
  const pascal = name.replace(/(?:^|_)(\w)/g, (_match, first: string) => first.toUpperCase());
  return [name, pascal, pascal.charAt(0).toLowerCase() + pascal.slice(1), plainName(name)];
});
const dataScanner = new JsonScanner(SPELLINGS);
const envelope = new JsonScanner(['sender_id', 'sender', 'log']);
const NOTHING = Buffer.from('{}');

/**
 * A caller's message as the others in the call get it: `sender_id` says who it is from, in `data` too, where `values`
 * are set as well; everything else as it came.
 */
export function asCaller(
  caller: CallerPrincipal,
  message: JsonObjectText,
  values: Readonly<Record<string, string>>,
): Buffer {
  const data = dataScanner.scan(message.textOf('data') ?? NOTHING) ?? dataScanner.scan(NOTHING);
  if (data === null) throw new Error('an empty object is an object');
  const members = new Map<string, string>();
  for (const [name, value] of Object.entries({ sender_id: caller.written, ...values })) {
    const text = JSON.stringify(value);
    members.set(name, text);
    for (const spelling of SPELLINGS) {
      if (plainName(spelling) === plainName(name) && data.has(spelling)) members.set(spelling, text);
    }
  }
  const spliced = envelope.scan(message.with('data', data.withMembers(new JsonMembers(members)).toString('utf8')));
  if (spliced === null) throw new Error('a spliced object is an object');
  return spliced.withMembers(spliced.has('log') ? caller.sender.plain : caller.sender.withLog);
}
