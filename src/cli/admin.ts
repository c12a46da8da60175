import '../config/variables/foreign-variables.js';
import { Logger } from '@nestjs/common';
import { BootError } from '../common/errors/boot-error.js';
import { type AppConfig } from '../config/app-config.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { EmbeddedDatabase } from '../modules/database/embedded/embedded-database.js';
import { joinDatabase, openDatabase, type OpenDatabase } from '../modules/database/open-data-source.js';
import { CommandLineAudit } from './admin/command-line-audit.js';
import { run } from './admin/commands.js';
import { readCommand, USAGE } from './admin/options.js';
import { CliError } from './shared/cli-error.js';

const log = { log: () => undefined, warn: console.error, error: console.error };

async function main(args: string[]): Promise<void> {
  const command = readCommand(args);
  if (command === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  Logger.overrideLogger(['error', 'fatal']);
  const config = loadConfig();
  const database = await open(config);
  try {
    const audit = await CommandLineAudit.open(config, database.dataSource);
    const { said, output = [] } = await run(command, database.dataSource, audit);
    console.error(said);
    for await (const line of output) console.log(line);
  } finally {
    await database.close();
  }
}

/** Opens the configured database; the embedded one also while the server, which holds its folder, runs. */
async function open(config: AppConfig): Promise<OpenDatabase> {
  const { databaseUrl, dataDir } = config.storage;
  const running = databaseUrl ? undefined : await EmbeddedDatabase.running(dataDir);
  return running === undefined ? openDatabase(config, log) : joinDatabase(config.storage, running, log);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isPlain = error instanceof BootError || error instanceof ConfigError || error instanceof CliError;
  console.error(isPlain ? error.message : error);
  process.exitCode = 1;
}
