import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Button } from '../../ui/actions/button.js';
import { Toasts } from '../../ui/feedback/toasts.js';
import { AccountMenu } from './account-menu.js';
import { login } from './client.js';
import { NAVIGATION } from './navigation.js';
import { paused } from './paused.js';
import { useKept } from './preferences.js';
import styles from './shell.module.css';
import { SignIn } from './sign-in.js';

const Palette = lazy(async () => ({ default: (await import('./palette/palette.js')).Palette }));

export function Shell() {
  const signedIn = useKept(login) !== undefined;
  return (
    <>
      {signedIn ? <Frame /> : <SignIn />}
      <Toasts />
    </>
  );
}

function Frame() {
  const { pathname } = useLocation();
  // Where it was opened: going elsewhere closes it.
  const [openAt, setOpenAt] = useState<string>();
  const navOpen = openAt === pathname;
  return (
    <div className={styles['frame']}>
      <a className={styles['skip']} href="#main">
        Skip to the screen
      </a>
      <header className={styles['top']}>
        <span className={styles['toggle']}>
          <Button
            kind="quiet"
            icon={<MenuIcon size={18} aria-hidden />}
            label="Navigation"
            aria-expanded={navOpen}
            aria-controls="navigation"
            onClick={() => {
              setOpenAt(navOpen ? undefined : pathname);
            }}
          />
        </span>
        <Link to="/" className={styles['brand']}>
          Switchboard
        </Link>
        <span className={styles['tools']}>
          <PaletteButton />
          <PauseSwitch />
          <AccountMenu />
        </span>
      </header>
      <nav
        id="navigation"
        aria-label="Main"
        className={styles['nav']}
        data-open={navOpen}
        onClick={() => {
          setOpenAt(undefined);
        }}
        onKeyDown={({ key }) => {
          if (key === 'Escape') setOpenAt(undefined);
        }}
      >
        {NAVIGATION.map(({ name, to, icon: Icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
            <Icon size={16} aria-hidden />
            {name}
          </Link>
        ))}
      </nav>
      <main id="main" tabIndex={-1} className={styles['main']}>
        <Outlet />
      </main>
    </div>
  );
}

function PaletteButton() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onKey);
    };
  }, []);
  return (
    <>
      <Button
        icon={<Search size={14} aria-hidden />}
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => {
          setOpen(true);
        }}
      >
        <span className={styles['wide']}>Search</span>
        <kbd className={styles['wide']} aria-hidden>
          Ctrl K
        </kbd>
      </Button>
      {open && (
        <Suspense>
          <Palette
            onClose={() => {
              setOpen(false);
            }}
          />
        </Suspense>
      )}
    </>
  );
}

function PauseSwitch() {
  const isPaused = useKept(paused);
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isPaused}
      title="While paused, nothing on the screen moves by itself"
      className={styles['switch']}
      onClick={() => {
        paused.set(!isPaused);
      }}
    >
      Paused
    </button>
  );
}
