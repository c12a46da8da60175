import { useSyncExternalStore } from 'react';
import { type Store } from '../../ui/store.js';
import { Kept } from './kept.js';

const oneOf =
  <T extends string>(...values: readonly [T, ...T[]]) =>
  (text: string | null): T =>
    values.find((value) => value === text) ?? values[0];

export const theme = new Kept('switchboard.theme', oneOf('system', 'light', 'dark'));
export const density = new Kept('switchboard.density', oneOf('comfortable', 'compact'));

export function applyPreferences(): void {
  const apply = () => {
    document.documentElement.dataset['theme'] = theme.get();
    document.documentElement.dataset['density'] = density.get();
  };
  theme.subscribe(apply);
  density.subscribe(apply);
  apply();
}

export const useKept = <T>({ get, subscribe }: Pick<Store<T>, 'get' | 'subscribe'>): T =>
  useSyncExternalStore(subscribe, get);
