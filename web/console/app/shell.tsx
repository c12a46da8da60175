import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Menu as MenuIcon, Pause, Play, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
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
  const [navOpen, setNavOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    setNavOpen(false);
  }, [pathname]);
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
              setNavOpen(!navOpen);
            }}
          />
        </span>
        <Link to="/" className={styles['brand']}>
          Switchboard
        </Link>
        <span className={styles['tools']}>
          <PaletteButton />
          <PauseButton />
          <AccountMenu />
        </span>
      </header>
      <nav
        id="navigation"
        aria-label="Main"
        className={styles['nav']}
        data-open={navOpen}
        onKeyDown={({ key }) => {
          if (key === 'Escape') setNavOpen(false);
        }}
      >
        {NAVIGATION.map(({ name, to, icon: Icon }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }}>
            <Icon size={16} aria-hidden />
            {name}
          </Link>
        ))}
      </nav>
      <main id="main" ref={main} tabIndex={-1} className={styles['main']}>
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
        aria-label="Search and commands"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => {
          setOpen(true);
        }}
      >
        <span className={styles['wide']}>Search</span>
        <kbd className={styles['wide']}>Ctrl K</kbd>
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

function PauseButton() {
  const isPaused = useKept(paused);
  return (
    <Button
      kind="quiet"
      icon={isPaused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
      aria-pressed={isPaused}
      title="Whether what is shown moves by itself"
      onClick={() => {
        paused.set(!isPaused);
      }}
    >
      Paused
    </Button>
  );
}
