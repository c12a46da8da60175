import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../src/config/variables/environment.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true })
    .map((file) => path.join('docs', String(file)))
    .filter((file) => file.endsWith('.md')),
];
const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  it('links only to existing targets', () => {
    const targets = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(path.resolve(ROOT, path.dirname(page), target)))).toEqual([]);
  });

  it('shows no systemd file in which a comment would become part of a value', () => {
    const values = [...text.matchAll(/^[A-Z][A-Z0-9_]+=(\S*[ \t]+#.*)$/gm)].map(([, value]) => value);
    expect(values).toEqual([]);
  });

  it('names only existing files', () => {
    const named = [...text.matchAll(/`((?:src|test|docs|deploy|scripts|bench|openapi)\/[\w./-]+)`/g)].map(
      ([, file = '']) => file,
    );
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});

it('documents, Compose file and unit set only variables that the server reads', () => {
  /** Variables of later releases, of Node, and of programs next to the server. */
  const others = new Set(['REDIS_URL', 'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD', 'REDISCLI_AUTH']);
  const compose = [...read('docker-compose.yml').matchAll(/^ {4,6}([A-Z][A-Z0-9_]+):/gm)].map(([, name = '']) => name);
  const image = [...read('Dockerfile').matchAll(/\b([A-Z][A-Z_]+)=/g)].map(([, name = '']) => name);
  const unit = [...read('deploy/systemd/switchboard.service').matchAll(/\b([A-Z][A-Z_]+)=/g)].map(
    ([, name = '']) => name,
  );
  const used = [...compose, ...image, ...unit].filter((name) => !['NODE_VERSION', 'CMD'].includes(name));
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((name) => !(name in ENVIRONMENT) && !others.has(name))).toEqual([]);
});
