import { type ComponentProps, type ReactNode } from 'react';
import styles from './button.module.css';

export type ButtonKind = 'plain' | 'main' | 'danger' | 'quiet';

export interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: ButtonKind;
  readonly icon?: ReactNode;
  /** Told instead of shown: the button is an icon alone. */
  readonly label?: string;
}

export function Button({ kind = 'plain', icon, label, children, ...rest }: ButtonProps) {
  return (
    <button type="button" className={buttonClass(kind)} aria-label={label} title={label} {...rest}>
      {icon}
      {children}
    </button>
  );
}

/** For links that look like buttons. */
export const buttonClass = (kind: ButtonKind): string => `${styles['button'] ?? ''} ${styles[kind] ?? ''}`;
