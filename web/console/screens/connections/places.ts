import { defined } from '../../../ui/forms/form-values.js';
import { oneOf, type Search } from '../../app/search.js';
import { type Filter } from '../../data/list/toolbar.js';

const PROTOCOLS = ['services', 'rooms', 'circles', 'signaling', 'omikron', 'console'] as const;

/** Text filters for connections. */
const PLACES = [
  'principal',
  'node',
  'application',
  'room',
  'service',
  'session',
  'circle',
  'account',
  'address',
] as const;

/** The filters of an address, in the API's form. */
export function connectionQuery({ protocol, ...search }: Search) {
  const known: Partial<Record<'q' | (typeof PLACES)[number], string | undefined>> = Object.fromEntries(
    ['q', ...PLACES].map((name) => [name, search[name]]),
  );
  return defined({ ...known, protocol: oneOf(PROTOCOLS, protocol) });
}

export const CONNECTION_FILTERS: readonly Filter[] = [
  { name: 'protocol', label: 'Protocol', options: PROTOCOLS },
  ...PLACES.map((name) => ({ name, label: `${name.charAt(0).toUpperCase()}${name.slice(1)}`, more: true })),
];
