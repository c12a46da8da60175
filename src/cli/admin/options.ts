import { parseArgs } from 'node:util';
import { CliError } from '../shared/cli-error.js';

export const USAGE = `npm run admin -- <command>

For when nobody can sign in: works directly on the database in the server's settings. Only secrets and lists go to
standard output.

accounts [--all]         lists accounts with a role above user; --all lists all accounts
reset-admin <email>      sets a temporary password, enables the account, makes it an admin and ends its logins
revoke-logins <email>    ends all logins of an account
keys                     lists machine keys
create-key <name> --scope <scope>… [--expires <days>] [--network <range>…]
                         creates a machine key, e.g. --scope '*:read' --scope services:write
revoke-key <id>          deletes a machine key
`;

/** The command to run. */
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

type Options = ReturnType<typeof parsed>['values'];

interface Reader {
  /** What the command's argument is, if it needs one. */
  readonly subject?: string;
  /** Options allowed with it; all others are refused. */
  readonly options?: readonly string[];
  read(subject: string, options: Options): Command;
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['accounts', { options: ['all'], read: (_none, { all = false }) => ({ name: 'accounts', all }) }],
  ['reset-admin', { subject: 'an email', read: (email) => ({ name: 'reset-admin', email }) }],
  ['revoke-logins', { subject: 'an email', read: (email) => ({ name: 'revoke-logins', email }) }],
  ['keys', { read: () => ({ name: 'keys' }) }],
  ['create-key', { subject: 'a name', options: ['scope', 'expires', 'network'], read: readCreateKey }],
  [
    'revoke-key',
    { subject: 'the id of a key', read: (id) => ({ name: 'revoke-key', id: whole(id, 'The id of a key') }) },
  ],
]);

/** @returns `undefined` when only the usage is wanted. @throws CliError */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parsed(args);
  const [name, subject = '', ...rest] = positionals;
  if (values.help || name === undefined) return undefined;
  const reader = READERS.get(name);
  if (reader === undefined) throw new CliError(`Unknown command ${name}; --help lists all commands`);
  const { subject: wanted, options = [] } = reader;
  const stray = Object.keys(values).find((option) => !options.includes(option));
  if (stray !== undefined) throw new CliError(`${name} does not take --${stray}`);
  if (rest.length > 0 || (wanted === undefined && subject !== '')) throw new CliError(`${name} got too many arguments`);
  if (wanted !== undefined && subject === '') throw new CliError(`${name} needs ${wanted}`);
  return reader.read(subject, values);
}

function readCreateKey(label: string, { scope, expires, network }: Options): Command {
  const days = expires === undefined ? undefined : whole(expires, '--expires');
  return { name: 'create-key', label, scopes: scope ?? [], days, networks: network };
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
