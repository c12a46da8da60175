import path from 'node:path';
import { defineConfig } from 'vite';

const WEB = path.join(import.meta.dirname, 'web');
const page = (name: string): string => path.join(WEB, name, 'index.html');

/**
 * Builds the pages into dist/web, which is served below /assets/. The page policy allows scripts and styles from files of
 * ours only, so nothing may be inlined. Names carry no hash: browsers ask with a tag each time.
 */
export default defineConfig({
  root: WEB,
  base: '/assets/',
  // Settings of the server are none of the pages' business.
  envDir: false,
  logLevel: 'warn',
  build: {
    outDir: path.join(import.meta.dirname, 'dist', 'web'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { landing: page('landing'), exhibit: page('exhibit'), call: page('call'), room: page('room') },
      output: {
        entryFileNames: '[name]/main.js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
        codeSplitting: {
          groups: [
            // Styles and script of one name come before those of the page itself.
            { name: 'pages', test: /[\\/]web[\\/]ui[\\/]/ },
            { name: 'vendor/qrcode', test: /node_modules[\\/]qrcode-generator[\\/]/ },
            { name: 'vendor/socket.io', test: /node_modules[\\/]/ },
          ],
        },
      },
    },
  },
});
