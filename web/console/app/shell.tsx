import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/actions/button.js';
import { keepFocus } from '../../ui/overlays/keep-focus.js';
import { SkipTo } from '../../ui/actions/skip-to.js';
import { Toasts } from '../../ui/feedback/toasts.js';
import { AccountMenu } from './account-menu.js';
import { login } from './client.js';
import { NAVIGATION } from './navigation.js';
import { paused } from './paused.js';
import { useKept } from './preferences.js';
import styles from './shell.module.css';
import { SignIn } from './sign-in/sign-in.js';

const Palette = lazy(async () => ({ default: (await import('./palette/palette.js')).Palette }));

export function Shell() {
  const signedIn = useKept(login) !== undefined;
  useEffect(keepFocus, []);
  return (
    <>
      {signedIn ? <Frame /> : <SignIn />}
      <Toasts />
    </>
  );
}

/** Milliseconds after which the first screen and its data have loaded. */
const CALM_MS = 3000;

/** Preloads the code of the other screens, so that going there only waits for data. */
function usePreloads(): void {
  const router = useRouter();
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const { to } of NAVIGATION) void router.preloadRoute({ to });
    }, CALM_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [router]);
}

function Frame() {
  const { pathname } = useLocation();
  usePreloads();
  // The path it was opened at: navigating closes it.
  const [openAt, setOpenAt] = useState<string>();
  const navOpen = openAt === pathname;
  const toggle = useRef<HTMLButtonElement>(null);
  return (
    <div className={styles['frame']}>
      <SkipTo id="main">Skip to the screen</SkipTo>
      <header className={styles['top']}>
        <span className={styles['toggle']}>
          <Button
            ref={toggle}
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
          if (key !== 'Escape') return;
          setOpenAt(undefined);
          toggle.current?.focus();
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
