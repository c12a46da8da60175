import { wanted } from '../../../ui/overlays/wanted.js';
import { NAVIGATION } from '../navigation.js';
import { paused } from '../paused.js';
import { density, theme } from '../preferences.js';
import { signOut } from '../sign-out.js';
import { type Group, type Hit, matches } from './hit.js';

const screens: readonly Hit[] = NAVIGATION.map(({ name, to }) => ({
  key: to,
  text: name,
  run: (navigate) => navigate({ to }),
}));

/** Buttons of lists that open a dialog. */
const CREATE = [
  ['New service', '/services'],
  ['New application', '/rooms'],
  ['New account', '/accounts'],
  ['New home server', '/home-servers'],
  ['New revocation', '/revocations'],
] as const;

const actions: readonly Hit[] = [
  ...CREATE.map(([label, to]): Hit => ({
    key: label,
    text: `${label} …`,
    run: (navigate) => {
      wanted.set(label);
      return navigate({ to });
    },
  })),
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

/** What is known without asking the server. */
export function localGroups(text: string): readonly Group[] {
  return [
    { name: 'Screens', hits: screens },
    { name: 'Actions', hits: actions },
  ].map(({ name, hits }) => ({ name, hits: hits.filter((hit) => matches(text, hit.text)) }));
}
