import { X } from 'lucide-react';
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';
import { Button } from '../actions/button.js';
import styles from './modal.module.css';

interface ModalProps {
  readonly title: string;
  readonly wide?: boolean;
  /** Whether clicks outside the dialog leave it open, because what it shows would be lost. */
  readonly sticky?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What somebody is to fill in. */
const FIELD = 'input:not([type=hidden]), select, textarea';

/** A dialog above the screen as long as it is rendered. The browser keeps the focus in it, and then returns it. */
export function Modal({ title, wide, sticky, onClose, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed before it is removed from the page; otherwise the focus would not be returned.
  useLayoutEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    opened?.querySelector<HTMLElement>(FIELD)?.focus();
    return () => {
      opened?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      role="dialog"
      aria-labelledby={id}
      className={`${styles['popup'] ?? ''} ${wide === true ? (styles['wide'] ?? '') : ''}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={({ target }) => {
        // The backdrop is part of the element itself; its content is in others.
        if (target === dialog.current && sticky !== true) onClose();
      }}
    >
      <div className={styles['content']}>
        <div className={styles['header']}>
          <h2 id={id} className={styles['title']}>
            <bdi>{title}</bdi>
          </h2>
          <Button kind="quiet" icon={<X size={16} aria-hidden />} label="Close" onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}
