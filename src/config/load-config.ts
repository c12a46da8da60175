import { AppConfig, workersOf } from './app-config.js';
import { effectiveSettings } from './effective-settings.js';
import { ENVIRONMENT, type Environment, type EnvironmentName } from './variables/environment.js';
import { tlsFaults } from './tls-files.js';

/** Reports all faults of the environment at once. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`Bad configuration:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and validates the environment. An empty variable counts as unset.
 * @throws ConfigError naming every invalid variable
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): AppConfig {
  const production = env['NODE_ENV'] === 'production';
  const faults: string[] = [];
  // Whoever means production must not get development defaults because of a typo.
  if (!production && /prod/i.test(env['NODE_ENV'] ?? ''))
    faults.push(`NODE_ENV must be production, letter by letter, and not «${env['NODE_ENV']}»`);
  const values: Partial<Record<EnvironmentName, unknown>> = {};
  for (const name of Object.keys(ENVIRONMENT) as EnvironmentName[]) {
    try {
      values[name] = ENVIRONMENT[name].read(env[name] === '' ? undefined : env[name], production);
    } catch (error) {
      faults.push(`${name} ${(error as Error).message}`);
    }
  }
  faults.push(...crossFaults(values as Partial<Environment>, production));
  if (faults.length > 0) throw new ConfigError(faults);
  return new AppConfig(
    values as Environment,
    effectiveSettings(values, (name) => (env[name] ?? '') !== ''),
  );
}

/** Checks settings that depend on each other. @param env without variables that are invalid on their own */
function crossFaults(env: Partial<Environment>, production: boolean): string[] {
  const unset = (name: EnvironmentName): boolean => {
    const value = env[name];
    return name in env && (Array.isArray(value) ? value.length === 0 : value === undefined);
  };
  const faults: string[] = [];
  if (production && unset('SECRET_KEY')) faults.push('SECRET_KEY must be set when NODE_ENV=production');
  if (env.TURN_URLS?.length && unset('TURN_SECRET')) faults.push('TURN_SECRET must be set when TURN_URLS is');
  if (env.MEDIA_STORAGE === 's3' && unset('S3_BUCKET')) faults.push('S3_BUCKET must be set when MEDIA_STORAGE=s3');
  if (env.REDIS_URL !== undefined && env.MEDIA_STORAGE === 'disk' && env.MEDIA_SHARED !== 'true')
    faults.push(
      'MEDIA_STORAGE must be s3 when REDIS_URL is set, or MEDIA_SHARED=true where all nodes share the folder DATA_DIR',
    );
  faults.push(...signInFaults(env, unset));
  if (workersOf(env.WORKERS) > 1 && unset('REDIS_URL'))
    faults.push(
      `WORKERS=${env.WORKERS} needs REDIS_URL, over which the processes share their state: install redis-server 7 or ` +
        'newer on this machine and set REDIS_URL=redis://127.0.0.1:6379 and MEDIA_SHARED=true, or leave WORKERS at 1',
    );
  return [...faults, ...tlsFaults(env.TLS_CERT, env.TLS_KEY)];
}

function signInFaults(env: Partial<Environment>, unset: (name: EnvironmentName) => boolean): string[] {
  const faults: string[] = [];
  if (env.OIDC_ISSUER !== undefined && unset('OIDC_CLIENT_ID'))
    faults.push('OIDC_CLIENT_ID must be set when OIDC_ISSUER is');
  for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLE_MAP'] as const) {
    if (env[name] !== undefined && unset('OIDC_ISSUER')) faults.push(`OIDC_ISSUER must be set when ${name} is`);
  }
  if (env.PASSWORD_SIGN_IN === 'off' && unset('OIDC_ISSUER'))
    faults.push('PASSWORD_SIGN_IN must not be off without OIDC_ISSUER: nobody could sign in');
  return faults;
}
