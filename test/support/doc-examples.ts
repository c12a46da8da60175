import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

export interface RunningExample {
  /** Everything printed so far, including errors. */
  readonly output: () => string;
  readonly ended: Promise<unknown>;
  /** Types a line on its standard input. */
  readonly type: (line: string) => void;
}

/** The programs of a documentation page: code blocks headed by a file name. Tests that start some must stop them. */
export class Examples {
  private readonly programs: Map<string, string>;
  private readonly running: ChildProcess[] = [];

  constructor(page: string) {
    const text = readFileSync(path.join(ROOT, 'docs', page), 'utf8');
    const blocks = text.matchAll(/^```(?:js|ts|python|go|sh|text) (\S+)\n([\s\S]*?)^```$/gm);
    this.programs = new Map([...blocks].map(([, name = '', code = '']) => [name, code]));
  }

  get names(): string[] {
    return [...this.programs.keys()].sort();
  }

  /** Programs with this extension, such as `.ts`. */
  namesOf(ending: string): string[] {
    return this.names.filter((name) => name.endsWith(ending));
  }

  codeOf(name: string): string {
    const code = this.programs.get(name);
    if (code === undefined) throw new Error(`the page has no ${name}`);
    return code;
  }

  run(name: string, args: readonly string[], python = 'python3', env = {}): RunningExample {
    const programs: Record<string, [string, ...string[]]> = {
      '.mjs': [process.execPath, '--input-type=module', '-'],
      '.py': [python, '-'],
      '.sh': ['sh', '-s'],
    };
    const [file, ...own] = programs[path.extname(name)] ?? [name];
    return this.start([file, ...own, ...args], env, this.codeOf(name));
  }

  /** Starts a program that had to be converted first. @param input all of it; null if it is typed later */
  start([file, ...args]: [string, ...string[]], env = {}, input: string | null = ''): RunningExample {
    const child = spawn(file, args, { cwd: ROOT, env: { ...process.env, ...env } });
    this.running.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
    if (input !== null) child.stdin.end(input);
    return {
      output: () => output,
      type: (line) => child.stdin.write(`${line}\n`),
      ended: new Promise((resolve) => child.once('close', resolve)),
    };
  }

  stop(): void {
    for (const child of this.running.splice(0)) child.kill('SIGKILL');
  }
}
