import { parseArgs } from 'node:util';
import { CliError } from '../shared/rest-api.js';

export const USAGE = `npm run admin -- <command>

Works on the database of the server's settings, when nobody can sign in. A secret goes to standard output, alone.

accounts [--all]         lists who has a role above user; --all lists everybody
reset-admin <email>      gives a temporary password; the account is enabled and an admin, its logins end
revoke-logins <email>    ends all logins of an account
keys                     lists machine keys
create-key <name> --scope <scope>… [--expires <days>] [--network <range>…]
                         makes a machine key, e.g. --scope '*:read' --scope services:write
revoke-key <id>          deletes a machine key
`;

/** What is to be done. */
export type Command =
  | { readonly name: 'accounts'; readonly all: boolean }
  | { readonly name: 'reset-admin' | 'revoke-logins'; readonly email: string }
  | { readonly name: 'keys' }
  | {
      readonly name: 'create-key';
      readonly label: string;
      readonly scopes: readonly string[];
      readonly days: number | undefined;
      readonly networks: readonly string[] | undefined;
    }
  | { readonly name: 'revoke-key'; readonly id: number };

/** The options that a command takes; all others are refused with it. */
const TAKES: Readonly<Record<string, readonly string[]>> = {
  accounts: ['all'],
  'create-key': ['scope', 'expires', 'network'],
};

/** @returns `undefined` when only the usage is wanted. @throws CliError */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parsed(args);
  const [name, subject, ...rest] = positionals;
  if (values.help || name === undefined) return undefined;
  const stray = Object.keys(values).find((option) => !(TAKES[name] ?? []).includes(option));
  if (stray !== undefined) throw new CliError(`${name} takes no --${stray}`);
  const needsNone = name === 'accounts' || name === 'keys';
  if (rest.length > 0 || (needsNone && subject !== undefined)) throw new CliError(`${name} takes less than that`);
  if (name === 'accounts') return { name, all: values.all ?? false };
  if (name === 'keys') return { name };
  const about = subject ?? '';
  if (['reset-admin', 'revoke-logins', 'revoke-key', 'create-key'].includes(name) && about === '')
    throw new CliError(`${name} needs to be told ${name.endsWith('key') ? 'which key' : 'an email'}`);
  if (name === 'reset-admin' || name === 'revoke-logins') return { name, email: about };
  if (name === 'revoke-key') return { name, id: whole(about, 'The id of a key') };
  if (name !== 'create-key') throw new CliError(`There is no command ${name}; --help lists them`);
  return {
    name,
    label: about,
    scopes: values.scope ?? [],
    days: values.expires === undefined ? undefined : whole(values.expires, '--expires'),
    networks: values.network,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        all: { type: 'boolean' },
        scope: { type: 'string', multiple: true },
        network: { type: 'string', multiple: true },
        expires: { type: 'string' },
      },
    });
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

function whole(text: string, what: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new CliError(`${what} must be a whole number above 0`);
  return Number(text);
}
