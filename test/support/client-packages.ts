import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { removeAfterUs } from './remove-after-us.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const CLIENTS = path.resolve(import.meta.dirname, '../../clients');
const TSC = require.resolve('typescript/bin/tsc');

/** A project in which the packed TypeScript client is installed. */
export class ClientProject {
  private constructor(readonly folder: string) {}

  static async make(): Promise<ClientProject> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-packed-'));
    removeAfterUs(folder);
    const cwd = path.join(CLIENTS, 'typescript');
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd });
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }];
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    // Stand-ins for packages from the registry: the optional peers, and the types of the program's platform.
    const socketIo = ['socket.io-client', 'engine.io-client', 'socket.io-parser', 'engine.io-parser', 'debug', 'ms'];
    socketIo.push('@socket.io/component-emitter', 'xmlhttprequest-ssl');
    const tools = [...socketIo, 'ws', '@types/node', 'undici-types'].map(folderOf);
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`, ...tools], { cwd: folder });
    return new ClientProject(folder);
  }

  write(name: string, code: string): Promise<void> {
    return writeFile(path.join(this.folder, name), code);
  }

  /**
   * Compiles with `strict`, and checks everything except TypeScript's own libraries. @returns the folder with the
   * output
   */
  async compile(files: readonly string[], module = 'nodenext', moduleResolution = module): Promise<string> {
    const compilerOptions = {
      ...{ module, moduleResolution, target: 'es2022', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipDefaultLibCheck: true },
      outDir: module,
    };
    const config = `tsconfig.${module}.json`;
    await this.write(config, JSON.stringify({ compilerOptions, files }));
    await run(process.execPath, [TSC, '-p', path.join(this.folder, config)]).catch((error: unknown) => {
      throw new Error(`does not compile:\n${(error as { stdout: string }).stdout}`);
    });
    return path.join(this.folder, module);
  }
}

/** A folder with the Python client's wheel, built and installed without a network. */
export class ClientWheel {
  private constructor(
    readonly folder: string,
    private readonly python: string,
  ) {}

  static async install(python: string): Promise<ClientWheel> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-python-'));
    removeAfterUs(folder);
    const wheel = new ClientWheel(folder, python);
    // In a copy, because building leaves files beside the sources.
    await mkdir(wheel.source);
    for (const name of ['pyproject.toml', 'README.md', 'switchboard_client', 'tests']) {
      await cp(path.join(CLIENTS, 'python', name), path.join(wheel.source, name), { recursive: true });
    }
    const offline = ['--no-index', '--no-deps', '--no-cache-dir', '--quiet'];
    await wheel.work('-m', 'pip', 'wheel', ...offline, '--no-build-isolation', '--wheel-dir', 'wheels', wheel.source);
    const [name = ''] = await readdir(path.join(folder, 'wheels'));
    if (!/^switchboard_client-[\d.]+-py3-none-any\.whl$/.test(name)) throw new Error(`the wheel is called ${name}`);
    await wheel.work('-m', 'pip', 'install', ...offline, '--target', 'installed', path.join('wheels', name));
    return wheel;
  }

  get source(): string {
    return path.join(this.folder, 'source');
  }

  /** Environment in which Python finds it. */
  get env(): NodeJS.ProcessEnv & { PYTHONPATH: string } {
    const PYTHONPATH = path.join(this.folder, 'installed');
    return { ...process.env, PYTHONPATH, PIP_DISABLE_PIP_VERSION_CHECK: '1' };
  }

  work(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    return run(this.python, args, { cwd: this.folder, env: this.env, maxBuffer: 1 << 24 });
  }
}

/** The folder of a package. Some packages export nothing but their main files. */
function folderOf(name: string): string {
  const paths = require.resolve.paths(name) ?? [];
  const found = paths.map((each) => path.join(each, name)).find((each) => isPackage(each));
  if (found === undefined) throw new Error(`${name} is not installed`);
  return found;
}

function isPackage(folder: string): boolean {
  try {
    require.resolve(`${folder}/package.json`);
    return true;
  } catch {
    return false;
  }
}
