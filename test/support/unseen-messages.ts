import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type Reporter, type TestModule } from 'vitest/node';
import { allMessages } from './frame-witness.js';

const FOLDER = 'test/protocols';
/** Messages about files need files. */
const FURTHER = 'test/integration/circles-media.spec.ts';

/** Fails a run of all transcripts unless it has seen every message of the contracts. */
export default class UnseenMessages implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const ran = new Set(modules.map(({ moduleId }) => path.relative(process.cwd(), moduleId)));
    const files = readdirSync(FOLDER, { encoding: 'utf8', recursive: true }).map((file) => path.join(FOLDER, file));
    const transcripts = [...files.filter((file) => file.endsWith('.spec.ts')), FURTHER];
    if (!transcripts.every((file) => ran.has(file))) return;
    const seen = new Set(modules.flatMap((module) => module.meta().messages ?? []));
    const unseen = allMessages().filter((message) => !seen.has(message));
    if (unseen.length === 0) return;
    process.stderr.write(`\nNo transcript saw these messages of the contracts:\n${unseen.join('\n')}\n`);
    process.exitCode = 1;
  }
}
