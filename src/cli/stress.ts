import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config/load-config.js';
import { CliError } from './shared/cli-error.js';
import { plainText } from './shared/server.js';
import { readOptions, type StressOptions, USAGE } from './stress/options.js';
import { describeReport, makeReport, planOf } from './stress/report.js';
import { Run } from './stress/run.js';
import { makeSchedule } from './stress/schedule.js';

/** @returns the exit code */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.pid);
  if (!options) {
    process.stdout.write(USAGE);
    return 0;
  }
  const schedule = makeSchedule(options);
  if (options.planOnly) {
    console.log(JSON.stringify(schedule, null, 2));
    return 0;
  }
  const progress = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  progress(`schedule ${schedule.digest}: ${JSON.stringify(planOf(schedule))}`);
  const findings = await new Run(options, schedule, progress).play(await keyOf(options), interruption());
  const report = makeReport(options, schedule, findings);
  console.log(options.json ? JSON.stringify(report, null, 2) : `\n${describeReport(report)}`);
  return report.ok ? 0 : 1;
}

async function keyOf({ key, keyFile }: StressOptions): Promise<string | undefined> {
  if (key !== undefined || keyFile === undefined) return key;
  try {
    return (await readFile(keyFile, 'utf8')).trim();
  } catch (error) {
    throw new CliError(`--key-file: ${(error as Error).message}`);
  }
}

/** The first Ctrl-C ends the schedule, the second one everything. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  process.once('SIGINT', () => {
    interrupted.abort();
  });
  return interrupted.signal;
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof ConfigError ? error.message : plainText(error);
  console.error(known === undefined ? error : `${known}\nSee npm run stress -- --help`);
  process.exitCode = 2;
}
