import { AppConfig } from './app-config.js';
import { ENVIRONMENT, type Environment, type EnvironmentName } from './environment.js';
import { tlsFaults } from './tls-files.js';

/** All faults of the environment at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Bad configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and validates the environment. An empty variable counts as unset.
 * @throws ConfigError naming every faulty variable
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): AppConfig {
  const production = env['NODE_ENV'] === 'production';
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(ENVIRONMENT) as EnvironmentName[]) {
    try {
      values[name] = ENVIRONMENT[name].read(env[name] === '' ? undefined : env[name], production);
    } catch (error) {
      faults.push(`${name} ${(error as Error).message}`);
    }
  }
  if (production && !env['SECRET_KEY']) faults.push('SECRET_KEY must be set when NODE_ENV=production');
  if (env['TURN_URLS'] && !/[^\s,]/.test(env['TURN_SECRET'] ?? ''))
    faults.push('TURN_SECRET must be set when TURN_URLS is');
  if (env['MEDIA_STORAGE'] === 's3' && !env['S3_BUCKET']) faults.push('S3_BUCKET must be set when MEDIA_STORAGE=s3');
  faults.push(...tlsFaults(env['TLS_CERT'], env['TLS_KEY']));
  if (faults.length > 0) throw new ConfigError(faults);
  return new AppConfig(values as Environment);
}
