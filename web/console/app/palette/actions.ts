import { wanted } from '../../../ui/overlays/wanted.js';
import { NAVIGATION } from '../navigation.js';
import { paused } from '../paused.js';
import { density, theme } from '../preferences.js';
import { type Operation } from '../rights/least-role.js';
import { signOut } from '../sign-in/sign-out.js';
import { type Group, type Hit, matches } from './hit.js';

const screens: readonly Hit[] = NAVIGATION.map(({ name, to }) => ({
  key: to,
  text: name,
  run: (navigate) => navigate({ to }),
}));

/** Buttons of lists that open a dialog. */
const CREATE = [
  ['New service', '/services', 'services.create'],
  ['New application', '/rooms', 'applications.create'],
  ['New account', '/accounts', 'accounts.create'],
  ['New home server', '/home-servers', 'iotas.create'],
  ['New revocation', '/revocations', 'revocations.create'],
] as const satisfies readonly (readonly [string, string, Operation])[];

const creating = (may: (operation: Operation) => boolean): readonly Hit[] =>
  CREATE.filter(([, , operation]) => may(operation)).map(([label, to]) => ({
    key: label,
    text: `${label} …`,
    run: (navigate) => {
      wanted.set(label);
      return navigate({ to });
    },
  }));

const actions: readonly Hit[] = [
  { key: 'ended', text: 'Connections that ended', run: (go) => go({ to: '/connections', search: { tab: 'ended' } }) },
  {
    key: 'system',
    text: 'Theme: as the system',
    run: () => {
      theme.set('system');
    },
  },
  {
    key: 'light',
    text: 'Theme: light',
    run: () => {
      theme.set('light');
    },
  },
  {
    key: 'dark',
    text: 'Theme: dark',
    run: () => {
      theme.set('dark');
    },
  },
  {
    key: 'density',
    text: 'Density: compact or comfortable',
    run: () => {
      density.set(density.get() === 'compact' ? 'comfortable' : 'compact');
    },
  },
  {
    key: 'pause',
    text: 'Pause or resume live values',
    run: () => {
      paused.set(!paused.get());
    },
  },
  { key: 'out', text: 'Sign out', run: () => signOut() },
];

/** Hits that need no request to the server. */
export function localGroups(text: string, may: (operation: Operation) => boolean): readonly Group[] {
  return [
    { name: 'Screens', hits: screens },
    { name: 'Actions', hits: [...creating(may), ...actions] },
  ].map(({ name, hits }) => ({ name, hits: hits.filter((hit) => matches(text, hit.text)) }));
}
