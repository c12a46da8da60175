import { type ReactNode, useId } from 'react';
import { Button, type ButtonKind } from './button.js';
import styles from './menu.module.css';

export interface MenuEntry {
  readonly label: string;
  readonly icon?: ReactNode;
  /** If given, the entry can be toggled, and the menu stays open. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly icon: ReactNode;
  readonly kind?: ButtonKind;
  readonly entries: readonly MenuEntry[];
}

/** A button that opens a list of actions below it. The browser closes it on Escape and on clicks elsewhere. */
export function Menu({ label, icon, kind = 'plain', entries }: MenuProps) {
  const id = useId();
  return (
    <span className={styles['menu']}>
      <Button kind={kind} icon={icon} label={label} popoverTarget={id} />
      <div id={id} popover="auto" role="group" aria-label={label} className={styles['popup']}>
        {entries.map(({ label: text, icon: image, checked, onSelect }) =>
          checked === undefined ? (
            <button
              key={text}
              type="button"
              className={styles['item']}
              popoverTarget={id}
              popoverTargetAction="hide"
              onClick={onSelect}
            >
              {image}
              {text}
            </button>
          ) : (
            <label key={text} className={styles['item']}>
              <input type="checkbox" checked={checked} onChange={onSelect} />
              {text}
            </label>
          ),
        )}
      </div>
    </span>
  );
}
