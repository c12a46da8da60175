import { configurationMarkdown, environmentExample } from '../config/variables/config-docs.js';
import { writeGenerated } from './shared/generated-files.js';

/** Writes the documents generated from the environment's description; with `--check` only compares them. */
const files = new Map([
  ['docs/configuration.md', configurationMarkdown()],
  ['.env.example', environmentExample()],
]);

process.exitCode = await writeGenerated(files, 'npm run config:docs');
