import { type ComponentProps, type ReactNode } from 'react';
import styles from './button.module.css';

export type ButtonKind = 'plain' | 'main' | 'danger' | 'quiet';

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: ButtonKind;
  readonly icon?: ReactNode;
  /** Read aloud instead of shown: the button is only an icon. */
  readonly label?: string;
}

/** A disabled one does nothing, but keeps the focus. */
export function Button({ kind = 'plain', icon, label, children, disabled, onClick, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={buttonClass(kind)}
      aria-label={label}
      aria-disabled={disabled}
      title={label}
      onClick={(event) => {
        if (disabled === true) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

/** For links that look like buttons. */
export const buttonClass = (kind: ButtonKind): string => `${styles['button'] ?? ''} ${styles[kind] ?? ''}`;
