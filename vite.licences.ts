import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Plugin } from 'vite';

const ROOT = import.meta.dirname;
const NOTICE = /^(licen[cs]e|copying|notice)([.-]|$)/i;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest;

/** Where a package of this name lies for one that lies in `from`; nothing where it is not for this computer. */
function locate(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(place, 'package.json'))) return place;
    if (folder === ROOT || folder === path.dirname(folder)) return undefined;
  }
}

/** Folders of all packages that the server needs to run. */
function serverPackages(): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (folder: string) => {
    const { dependencies, optionalDependencies } = manifestOf(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const place = locate(name, folder);
      if (place === undefined || found.has(place)) continue;
      found.add(place);
      visit(place);
    }
  };
  visit(ROOT);
  return found;
}

/** The folder of the package that a module belongs to. */
const packageOf = (module: string): string | undefined =>
  /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(module)?.[0];

function licenceOf({ license, licenses }: Manifest): string {
  if (typeof license === 'string') return license;
  const types = [license, ...(licenses ?? [])].flatMap((entry) => entry?.type ?? []);
  return types.join(' OR ') || 'not named';
}

const noticeOf = (folder: string): string =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && NOTICE.test(entry.name))
    .map((entry) => readFileSync(path.join(folder, entry.name), 'utf8').trim())
    .join('\n\n');

/** Packages with their notices; a notice that many have stands there once. */
function collect(places: ReadonlyMap<string, readonly string[]>) {
  const notices: string[] = [];
  const packages = [...places].map(([folder, usedBy]) => {
    const manifest = manifestOf(folder);
    const text = noticeOf(folder);
    if (text !== '' && !notices.includes(text)) notices.push(text);
    const { name, version } = manifest;
    return { name, version, licence: licenceOf(manifest), usedBy, notice: text === '' ? null : notices.indexOf(text) };
  });
  packages.sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
  const isFirst = ({ name, version }: (typeof packages)[number], i: number) =>
    name !== packages[i - 1]?.name || version !== packages[i - 1]?.version;
  return { packages: packages.filter(isFirst), notices };
}

/** Writes down whose work is in the pages and in the server, and under which licences. */
export const licences = (fileName: string): Plugin => ({
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
    const pages = new Set(modules.flatMap((module) => packageOf(module.replaceAll('\0', '')) ?? []));
    const server = serverPackages();
    const places = new Map(
      [...pages, ...server].map((folder) => [
        folder,
        [...(server.has(folder) ? ['server'] : []), ...(pages.has(folder) ? ['pages'] : [])],
      ]),
    );
    this.emitFile({ type: 'asset', fileName, source: JSON.stringify(collect(places)) });
  },
});
