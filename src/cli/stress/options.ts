import { parseArgs } from 'node:util';
import { CliError } from '../shared/cli-error.js';
import { type Scenario, type ScheduleOptions, SCENARIOS } from './schedule.js';

export const USAGE = `npm run stress -- --url <server> --seed <text> [options]

Plays writers and readers of durable and plain rooms on running servers, ends their connections, says malformed things,
and checks that nothing acknowledged was lost, doubled or moved. The same seed and options play the same schedule.

  --url <server>        one address, as http://localhost:3000, also of a load balancer
  --urls <a>,<b>,…      several: clients spread over them and take the next one each time they come back
  --seed <text>         what the schedule is drawn from, default 1
  --duration <s>        default 20
  --clients <n>         connections, a third of them writers, default 60
  --rate <n>            messages a second besides bursts, default 100
  --scenarios <list>    of ${SCENARIOS.join(',')}; default all
  --pids <a>,<b>,…      server processes on this machine that are ended, each once, by SIGKILL or SIGTERM; without it
                        none is. Something else has to start them again, or other addresses have to serve
  --settle <s>          longest wait for what is outstanding at the end, default 60
  --key <API key>       of an application; or --key-file <file>. Without it the server's keyless application is tried, then
                        the first admin (ADMIN_EMAIL, ADMIN_PASSWORD or the file in DATA_DIR)
  --metrics-token <t>   of /metrics; memory is reported where /metrics answers
  --keep                leaves the rooms there
  --json                the report as JSON on standard output; progress goes to standard error
  --plan                prints the schedule and plays nothing

What it makes is called stress-<time>… and is removed at the end. The report's members are described in docs/stress.md.
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

/** @returns `undefined` when help is asked for. @throws CliError when the options make no sense */
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
  // 0 and below stand for whole process groups, 1 is everybody's parent.
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === self)
    throw new CliError(`--pids: ${text} is not the id of a process to end`);
  return pid;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new CliError(`--${name} must be a number from ${least} to ${most}`);
}

function scenario(text: string): Scenario {
  const found = SCENARIOS.find((name) => name === text);
  if (found === undefined) throw new CliError(`--scenarios: ${text} is none of ${SCENARIOS.join(', ')}`);
  return found;
}
