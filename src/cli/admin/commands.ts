import { validateSync } from 'class-validator';
import { type DataSource, MoreThan, Not } from 'typeorm';
import { normalizeEmail } from '../../common/security/email.js';
import { randomToken } from '../../common/security/random.js';
import { MachineKey } from '../../entities/accounts/machine-key.entity.js';
import { User } from '../../entities/accounts/user.entity.js';
import { Revocation } from '../../entities/revocations/revocation.entity.js';
import { AccountsRepository } from '../../modules/accounts/accounts.repository.js';
import { CreateMachineKeyRequest } from '../../modules/auth/dto/machine-key.dto.js';
import { type AuditLog } from '../../modules/audit/audit-log.service.js';
import { Passwords } from '../../modules/auth/logins/passwords.service.js';
import { newMachineKey } from '../../modules/auth/machine-keys/machine-key.js';
import { MachineKeysRepository } from '../../modules/auth/machine-keys/machine-keys.repository.js';
import { CliError } from '../shared/cli-error.js';
import { type Command } from './options.js';

/** Rows read at a time for lists. */
const PART = 500;
/** Nodes read the revocations every half second. */
const CUT_OFF_MS = 3_000;
const DAY_MS = 86_400_000;

export interface Outcome {
  /** For people, on standard error. */
  readonly said: string;
  /** For standard output: a secret, or the lines of a list. */
  readonly output?: AsyncIterable<string> | Iterable<string>;
}

/** Runs a command of `npm run admin`; each action is recorded in the audit log. @throws CliError */
export async function run(command: Command, dataSource: DataSource, audit: AuditLog): Promise<Outcome> {
  switch (command.name) {
    case 'accounts':
      return { said: 'id, email, role, state', output: accounts(dataSource, command.all) };
    case 'keys':
      return {
        said: 'id, prefix, name, scopes, networks, expires, last used, from, created by',
        output: keys(dataSource),
      };
    case 'reset-admin':
      return resetAdmin(dataSource, audit, command.email);
    case 'revoke-logins':
      return revokeLogins(dataSource, audit, command.email);
    case 'create-key':
      return createKey(dataSource, audit, command);
    case 'revoke-key': {
      const isGone = await audit.removeRow('machine-keys.delete', ['machineKey', command.id]);
      if (!isGone) throw new CliError(`There is no machine key ${command.id}`);
      return { said: `Machine key ${command.id} is deleted and no longer valid.` };
    }
  }
}

async function* accounts(dataSource: DataSource, all: boolean): AsyncGenerator<string> {
  const users = dataSource.getRepository(User);
  const whose = all ? {} : { role: Not('user' as const) };
  for await (const { id, email, role, disabled } of inParts((afterId) =>
    users.find({ where: { id: MoreThan(afterId), ...whose }, order: { id: 'ASC' }, take: PART }),
  )) {
    yield row([id, email, role, disabled ? 'disabled' : 'enabled']);
  }
}

async function* keys(dataSource: DataSource): AsyncGenerator<string> {
  const repository = new MachineKeysRepository(dataSource.getRepository(MachineKey));
  for await (const key of inParts((afterId) => repository.page(afterId, PART))) {
    const { id, prefix, name, scopes, allowedNetworks, expiresAt, lastUsedAt, lastUsedFrom, madeBy } = key;
    const networks = allowedNetworks?.join(',') ?? 'anywhere';
    const ends = expiresAt?.toISOString() ?? 'never';
    const used = lastUsedAt?.toISOString() ?? 'never';
    yield row([id, prefix, name, scopes.join(','), networks, ends, used, lastUsedFrom ?? '-', madeBy ?? 'nobody']);
  }
}

async function resetAdmin(dataSource: DataSource, audit: AuditLog, email: string): Promise<Outcome> {
  const repository = new AccountsRepository(dataSource.getRepository(User));
  const { id } = await find(dataSource, email);
  const password = randomToken(12);
  const passwordHash = await new Passwords().hash(password);
  await audit.act('accounts.reset-admin', ['account', id], async () => {
    await repository.setPassword(id, { passwordHash, passwordGenerated: true });
    await cutOff(dataSource, id);
    return repository.change(id, { role: 'admin', disabled: false }, () => Promise.resolve(() => undefined));
  });
  return {
    said: `${email} is now an enabled admin with this temporary password, and all its logins have ended:`,
    output: [password],
  };
}

async function revokeLogins(dataSource: DataSource, audit: AuditLog, email: string): Promise<Outcome> {
  const { id, passwordHash } = await find(dataSource, email);
  const repository = new AccountsRepository(dataSource.getRepository(User));
  const target = { kind: 'account', id: String(id), label: email };
  const ended = await audit.with(
    async () => {
      await cutOff(dataSource, id);
      return repository.setPassword(id, { passwordHash });
    },
    (logins) => logins && { action: 'accounts.end-logins', target, changes: { logins } },
  );
  return { said: `${ended?.length ?? 0} logins of ${email} have ended.` };
}

async function createKey(
  dataSource: DataSource,
  audit: AuditLog,
  wish: Extract<Command, { name: 'create-key' }>,
): Promise<Outcome> {
  const { label: name, scopes, days, networks } = wish;
  const asked = Object.assign(new CreateMachineKeyRequest(), {
    name,
    scopes,
    ...(days !== undefined && { expiresInSeconds: (days * DAY_MS) / 1_000 }),
    ...(networks !== undefined && { allowedNetworks: networks }),
  });
  const [fault] = validateSync(asked);
  if (fault) throw new CliError(`${fault.property}: ${Object.values(fault.constraints ?? {}).join(', ')}`);
  const { key, digest, prefix } = newMachineKey();
  const repository = new MachineKeysRepository(dataSource.getRepository(MachineKey));
  const wanted = {
    name,
    prefix,
    digest,
    scopes: [...new Set(scopes)],
    allowedNetworks: networks ? [...networks] : null,
    expiresAt: days === undefined ? null : new Date(Date.now() + days * DAY_MS),
    madeBy: null,
  };
  const made = await audit.act('machine-keys.create', ['machineKey'], () => repository.insert(wanted));
  return { said: `Machine key ${made?.id ?? ''}; it is shown only once:`, output: [key] };
}

async function find(dataSource: DataSource, email: string): Promise<User> {
  const found = await dataSource.getRepository(User).findOneBy({ email: normalizeEmail(email) });
  if (!found) throw new CliError(`There is no account ${email}`);
  return found;
}

/**
 * Ends an account's sockets by a short revocation, which every node sees, since this process is not part of the
 * cluster.
 */
async function cutOff(dataSource: DataSource, userId: number): Promise<void> {
  const revocations = dataSource.getRepository(Revocation);
  const until = new Date(Date.now() + CUT_OFF_MS);
  const reason = 'npm run admin';
  await revocations.insert({ selector: 'user', subject: String(userId), reason, until, createdBy: null });
}

async function* inParts<R extends { readonly id: number }>(part: (afterId: number) => Promise<R[]>): AsyncGenerator<R> {
  let afterId = 0;
  for (let rows = await part(afterId); rows.length > 0; rows = await part(afterId)) {
    yield* rows;
    afterId = rows.at(-1)?.id ?? afterId;
  }
}

const row = (cells: readonly (string | number)[]): string => cells.join('\t');
