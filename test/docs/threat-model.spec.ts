import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The rows of every table, without its head. */
const ROWS = readFileSync(path.join(ROOT, 'docs/threat-model.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  .filter(([first = '', ...rest]) => !first.startsWith('-') && rest.at(-1) !== 'Test');

describe('docs/threat-model.md', () => {
  it('names an existing test in each row, or says that there is none', () => {
    expect(ROWS.length).toBeGreaterThan(60);
    const faults = ROWS.filter((cells) => {
      const proof = cells.at(-1) ?? '';
      if (proof === 'open' || proof === 'not applicable') return false;
      const tests = proof.split(', ').map((each) => /^`((?:test|src)\/[\w./-]+\.spec\.ts)`$/.exec(each)?.[1]);
      return tests.some((test) => test === undefined || !existsSync(path.join(ROOT, test)));
    });
    expect(faults).toEqual([]);
  });

  it.each([6, 7, 8, 9, 10])('has rows for chapter %i of the ASVS', (chapter) => {
    expect(ROWS.filter(([number = '']) => number.startsWith(`${chapter}.`)).length).toBeGreaterThan(2);
  });
});
