import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { licences } from './vite.licences.js';

const WEB = path.join(import.meta.dirname, 'web');
const page = (name: string): string => path.join(WEB, name, 'index.html');

/** What belongs to one part of the console comes together; the first steps, with parts of other screens, are for few. */
const screenOf = (file: string): string =>
  `console/${/screens[\\/](?:overview[\\/](?=first-steps[\\/]s))?([^\\/]+)/.exec(file)?.[1] ?? 'screen'}`;

/** Of the sockets, what only some of them use. */
const OF_FEW = ['live-socket-io', 'outbox'];

/** So that no page loads more of the client than it uses, or the library below some of it. */
const clientPartOf = (file: string): string => {
  const [, part = 'base', name] = /typescript[\\/]src[\\/](?:([^\\/]+)[\\/])?(.+)\.ts$/.exec(file) ?? [];
  return `client/${OF_FEW.includes(name ?? '') ? name : part}`;
};

/** Writes each script, style and document compressed beside itself, so that the server need not do it again for each browser. */
const compressed: Plugin = {
  name: 'compressed',
  async writeBundle({ dir = '' }, bundle) {
    const files = Object.keys(bundle).filter((name) => /\.(js|css|json)$/.test(name));
    for (const file of files.map((name) => path.join(dir, name))) {
      const text = await readFile(file);
      if (text.length < 1000) continue;
      await writeFile(`${file}.br`, await promisify(brotliCompress)(text));
      await writeFile(`${file}.gz`, await promisify(gzip)(text, { level: 9 }));
    }
  },
};

const clientSource = path.join(import.meta.dirname, 'clients/typescript/src');

/**
 * Builds the pages into dist/web, which is served below /assets/. The page policy allows scripts and styles from files of
 * ours only, so nothing may be inlined. Names carry no hash: the server puts one of all files into the addresses that
 * documents name, and scripts and styles name others relative to themselves.
 */
export default defineConfig({
  root: WEB,
  base: '/assets/',
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `/assets/~VERSION/${file}` : { relative: true }),
  },
  // Settings of the server are none of the pages' business.
  envDir: false,
  logLevel: 'warn',
  plugins: [licences('console/licences.json'), compressed],
  resolve: {
    // From source, so that pages need no build of the client.
    alias: [
      { find: /^@switchboard\/client\/(\w+)$/, replacement: `${clientSource}/$1/index.ts` },
      { find: '#web-socket', replacement: `${clientSource}/sockets/web-socket.browser.ts` },
    ],
  },
  build: {
    outDir: path.join(import.meta.dirname, 'dist', 'web'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Packages for servers and browsers mark what is for the latter; here all is.
      onLog: (level, log, show) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') show(level, log);
      },
      input: {
        landing: page('landing'),
        exhibit: page('exhibit'),
        call: page('call'),
        room: page('room'),
        console: page('console'),
      },
      output: {
        entryFileNames: '[name]/main.js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
        codeSplitting: {
          // Or the first part by name would take along what others share.
          includeDependenciesRecursively: false,
          groups: [
            { name: clientPartOf, debugName: 'client', test: /clients[\\/]typescript[\\/]src[\\/]/ },
            { name: 'vendor/qrcode', test: /node_modules[\\/]qrcode-generator[\\/]/ },
            { name: 'vendor/react', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/ },
            { name: 'vendor/socket.io', test: /node_modules[\\/](socket\.io|engine\.io|@socket\.io)[^\\/]*[\\/]/ },
            // Apart, so that the console does without the styles of the other pages.
            { name: 'values', test: /[\\/]web[\\/]ui[\\/](store|json|batch)\.ts$/ },
            // Styles and script of one name come before those of the page itself.
            { name: 'pages', test: /[\\/]web[\\/]ui[\\/][^\\/]+$/ },
            // What screens with lists need, and Overview does not.
            {
              name: 'console/list',
              test: /[\\/]web[\\/]console[\\/]data[\\/](list|toolbar|export|paging|shown-columns|save-all)/,
            },
            // What every screen needs. QR codes and the palette are for few.
            {
              name: 'console/kit',
              test: /[\\/]web[\\/](ui[\\/][^\\/]+[\\/](?!qr)|console[\\/](app[\\/](?!palette)|data[\\/]))|[\\/]lucide-react[\\/]/,
            },
            // Overview shows the last acts, and no list.
            { name: 'console/acts', test: /screens[\\/]audit[\\/](last-acts|columns)/ },
            { name: screenOf, debugName: 'screens', test: /[\\/]web[\\/]console[\\/]screens[\\/]/ },
          ],
        },
      },
    },
  },
});
