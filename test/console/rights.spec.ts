import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SCOPED_TAGS } from '../../web/console/screens/accounts/keys/scopes.js';
import { LEAST_ROLE, mayDo, type Operation } from '../../web/console/app/rights/least-role.js';

interface Described {
  readonly operationId: string;
  readonly 'x-caller'?: string;
  readonly 'x-required-scope'?: string;
}

const { paths } = JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Described>>;
};
const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
const callers = new Map(operations.map((operation) => [operation.operationId, operation['x-caller']]));

describe('rights of the console', () => {
  // Registration may be open to all; the console makes accounts for others, which it leaves to admins.
  const told = Object.entries(LEAST_ROLE).filter(([operation]) => operation !== 'accounts.create');

  it('are those of the API document', () => {
    expect(told.filter(([operation, role]) => callers.get(operation) !== role)).toEqual([]);
  });

  it('know every operation that needs more than to look', () => {
    const needed = [...callers].filter(([, caller]) => caller === 'operator' || caller === 'admin');
    expect(needed.map(([operation]) => operation).filter((operation) => !(operation in LEAST_ROLE))).toEqual([]);
  });

  it('can be given to machine keys by every scope there is', () => {
    const scopes = Object.entries(SCOPED_TAGS).flatMap(([tag, acts]) => acts.map((act) => `${tag}:${act}`));
    const asked = operations.flatMap((operation) => operation['x-required-scope'] ?? []);
    expect(scopes.sort()).toEqual([...new Set(asked)].sort());
  });

  it.each<[Parameters<typeof mayDo>[0], Operation, boolean]>([
    ['viewer', 'connections.delete', false],
    ['operator', 'connections.delete', true],
    ['operator', 'nodes.drain', false],
    ['admin', 'nodes.drain', true],
    ['admin', 'services.update', true],
  ])('%s, %s: %s', (role, operation, may) => {
    expect(mayDo(role, operation)).toBe(may);
  });
});
