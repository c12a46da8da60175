import { LogOut, Monitor, Moon, Rows3, Sun, UserRound } from 'lucide-react';
import { Menu } from '../../ui/actions/menu.js';
import { density, theme, useKept } from './preferences.js';
import { useMe } from './rights/may.js';
import { signOut } from './sign-in/sign-out.js';

export function AccountMenu() {
  const me = useMe();
  const look = useKept(theme);
  const lines = useKept(density);
  const choose = (value: 'system' | 'light' | 'dark') => ({
    checked: look === value,
    onSelect: () => {
      theme.set(value);
    },
  });
  return (
    <Menu
      label={me ? `Account ${me.email}` : 'Account'}
      kind="quiet"
      icon={<UserRound size={16} aria-hidden />}
      entries={[
        { label: 'As the system', icon: <Monitor size={14} />, ...choose('system') },
        { label: 'Light', icon: <Sun size={14} />, ...choose('light') },
        { label: 'Dark', icon: <Moon size={14} />, ...choose('dark') },
        {
          label: 'Compact',
          icon: <Rows3 size={14} />,
          checked: lines === 'compact',
          onSelect: () => {
            density.set(lines === 'compact' ? 'comfortable' : 'compact');
          },
        },
        { label: 'Sign out', icon: <LogOut size={14} />, onSelect: () => void signOut() },
      ]}
    />
  );
}
