import { parseArgs } from 'node:util';
import { CliError } from '../shared/cli-error.js';
import { type Scenario, type ScheduleOptions, SCENARIOS } from './schedule.js';

export const USAGE = `npm run stress -- --url <server> --seed <text> [options]

Plays writers and readers of durable and plain rooms on running servers, ends their connections, sends malformed input,
and checks that nothing acknowledged was lost, duplicated or reordered. The same seed and options give the same schedule.

  --url <server>        one address, e.g. http://localhost:3000; may be that of a load balancer
  --urls <a>,<b>,…      several: clients spread over them and use the next one each time they reconnect
  --seed <text>         determines the schedule, default 1
  --duration <s>        seconds, default 20
  --clients <n>         connections, a third of them writers, default 60
  --rate <n>            messages per second besides bursts, default 100
  --scenarios <list>    of ${SCENARIOS.join(',')}; default all
  --pids <a>,<b>,…      server processes on this machine to end, each once, with SIGKILL or SIGTERM; default none.
                        Something else must restart them, or other addresses must keep serving
  --settle <s>          longest wait at the end for what is still outstanding, default 60
  --key <API key>       of an application; or --key-file <file>. Without either, the server's keyless application is tried,
                        then the first admin (ADMIN_EMAIL, and ADMIN_PASSWORD or the file in DATA_DIR)
  --metrics-token <t>   of /metrics; memory is reported if /metrics answers
  --keep                keeps the rooms
  --json                prints the report as JSON on standard output, and progress on standard error
  --plan                prints the schedule without playing it

What it creates is named stress-<time>… and is removed at the end. docs/stress.md describes the report.
Exit code 0: everything held. 1: something did not. 2: it could not be played.
`;

export interface StressOptions extends ScheduleOptions {
  /** http(s) addresses without a trailing slash. */
  readonly addresses: readonly string[];
  /** Processes that may be killed. */
  readonly processes: readonly number[];
  readonly settleMs: number;
  readonly key: string | undefined;
  readonly keyFile: string | undefined;
  readonly metricsToken: string | undefined;
  readonly keep: boolean;
  readonly json: boolean;
  readonly planOnly: boolean;
}

const OPTIONS = {
  url: { type: 'string' },
  urls: { type: 'string' },
  seed: { type: 'string', default: '1' },
  duration: { type: 'string', default: '20' },
  clients: { type: 'string', default: '60' },
  rate: { type: 'string', default: '100' },
  scenarios: { type: 'string' },
  pids: { type: 'string' },
  settle: { type: 'string', default: '60' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  'metrics-token': { type: 'string' },
  keep: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  plan: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** @returns `undefined` when help is requested. @throws CliError for invalid options */
export function readOptions(args: readonly string[], self: number): StressOptions | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  const addresses = list(values.urls ?? values.url ?? 'http://localhost:3000').map(address);
  const processes = list(values.pids ?? '').map((text) => processId(text, self));
  return {
    addresses,
    urls: addresses.length,
    processes,
    pids: processes.length,
    seed: values.seed,
    durationMs: number('duration', values.duration, 1, 86_400) * 1_000,
    clients: Math.round(number('clients', values.clients, 4, 100_000)),
    rate: number('rate', values.rate, 1, 100_000),
    settleMs: number('settle', values.settle, 1, 3_600) * 1_000,
    scenarios: values.scenarios === undefined ? SCENARIOS : list(values.scenarios).map(scenario),
    key: values.key,
    keyFile: values['key-file'],
    metricsToken: values['metrics-token'],
    keep: values.keep,
    json: values.json,
    planOnly: values.plan,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new CliError((error as Error).message);
  }
}

const list = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function address(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new CliError(`${text} is not an http or https address`);
  return url.origin;
}

function processId(text: string, self: number): number {
  const pid = Number(text);
  // 0 and negative numbers stand for process groups, and 1 is the ancestor of all processes.
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === self)
    throw new CliError(`--pids: ${text} is not the id of a process that may be ended`);
  return pid;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new CliError(`--${name} must be a number from ${least} to ${most}`);
}

function scenario(text: string): Scenario {
  const found = SCENARIOS.find((name) => name === text);
  if (found === undefined) throw new CliError(`--scenarios: ${text} is not one of ${SCENARIOS.join(', ')}`);
  return found;
}
