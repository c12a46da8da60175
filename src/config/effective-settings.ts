import { ENVIRONMENT, type EnvironmentName } from './variables/environment.js';
import { type Variable, type VariableGroup } from './variables/variable.js';

/** Where a value comes from; `file`: generated once into `DATA_DIR`. */
export const SETTING_SOURCES = ['default', 'environment', 'file'] as const;
export type SettingSource = (typeof SETTING_SOURCES)[number];

/** A setting with the value in effect, for display. */
export interface EffectiveSetting {
  readonly name: EnvironmentName;
  readonly group: VariableGroup;
  readonly description: string;
  /** In the form it would be set in; a mask for a secret that is set, `null` when nothing is set. */
  readonly value: string | null;
  /** What applies when nothing is set, in words. */
  readonly default: string;
  readonly source: SettingSource;
  readonly secret: boolean;
}

const MASK = '********';

/**
 * The settings in the order of their declaration. Secrets are masked here, so that they never get any further.
 * @param values the values in effect
 * @param isSet whether a variable is set
 */
export function effectiveSettings(
  values: Readonly<Partial<Record<EnvironmentName, unknown>>>,
  isSet: (name: EnvironmentName) => boolean,
): EffectiveSetting[] {
  return (Object.entries<Variable<unknown>>(ENVIRONMENT) as [EnvironmentName, Variable<unknown>][]).map(
    ([name, { group, description, defaultText, secret = false, generated = false }]) => {
      const source = isSet(name) ? 'environment' : generated ? 'file' : 'default';
      const text = textOf(values[name]);
      const value = secret && (text !== null || source === 'file') ? MASK : text;
      return { name, group, description, value, default: defaultText, source, secret };
    },
  );
}

function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
