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
  // Registration may be open to all, but creating accounts for others in the console is for admins.
  const told = Object.entries(LEAST_ROLE).filter(([operation]) => operation !== 'accounts.create');

  it('match the API document', () => {
    expect(told.filter(([operation, role]) => callers.get(operation) !== role)).toEqual([]);
  });

  it('list every operation that needs more than reading', () => {
    const needed = [...callers].filter(([, caller]) => caller === 'operator' || caller === 'admin');
    expect(needed.map(([operation]) => operation).filter((operation) => !(operation in LEAST_ROLE))).toEqual([]);
  });

  it('offer every existing scope for machine keys', () => {
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
