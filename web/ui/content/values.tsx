import { type ReactNode } from 'react';
import { CopyButton } from '../actions/copy-button.js';
import { Notice } from '../feedback/notice.js';
import styles from './values.module.css';

/** An id or code, shortened where space is narrow, with a button that copies all of it. */
export function Id({ value, what = 'the id' }: { value: string; what?: string }) {
  return (
    <span className={styles['id']}>
      <code title={value}>{value}</code>
      <CopyButton text={value} what={what} />
    </span>
  );
}

/** A value that is only shown once. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <div className={styles['secret']}>
      <span>{label}</span>
      <code data-testid="secret">{value}</code>
      <CopyButton text={value} what={label.toLowerCase()}>
        Copy
      </CopyButton>
    </div>
  );
}

export function Secrets({ secrets, children }: { secrets: Readonly<Record<string, string>>; children?: ReactNode }) {
  return (
    <>
      <Notice tone="warn">
        Copy now what you need: {Object.keys(secrets).length === 1 ? 'it' : 'they'} will not be shown again.
      </Notice>
      {Object.entries(secrets).map(([label, value]) => (
        <Secret key={label} label={label} value={value} />
      ))}
      {children}
    </>
  );
}

/** A command to run in a terminal. */
export function Command({ children }: { children: string }) {
  return (
    <div className={styles['command']}>
      <pre tabIndex={0}>{children}</pre>
      <CopyButton text={children} what="the command" />
    </div>
  );
}

/** Any JSON, indented. */
export function Json({ value }: { value: unknown }) {
  return (
    <pre className={styles['json']} tabIndex={0}>
      {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
    </pre>
  );
}
