import { type ReactNode, useState } from 'react';
import { Button, type ButtonKind } from '../actions/button.js';
import { toast } from '../feedback/toasts.js';
import { Form } from '../forms/form.js';
import { type FormValues } from '../forms/form-values.js';
import { Modal } from './modal.js';
import styles from './modal.module.css';
import { useWanted, wanted } from './wanted.js';

interface FormDialogProps<T> {
  /** Label of the button that opens it, and its title unless `title` is given. */
  readonly label: string;
  readonly title?: string;
  readonly icon?: ReactNode;
  readonly kind?: ButtonKind;
  readonly submit: string;
  readonly onSubmit: (values: FormValues) => Promise<T>;
  /** What to report in the corner when done. */
  readonly says?: (result: T) => string;
  /** What to show instead of the form when done, for what cannot be shown again. */
  readonly result?: (result: T) => ReactNode;
  readonly onDone?: (result: T) => unknown;
  readonly children?: ReactNode;
}

/** Focuses what replaces the focused element, so that it is read next. */
const focus = (element: HTMLElement | null) => {
  element?.focus();
};

/** A button with a dialog that contains a form. */
export function FormDialog<T>(props: FormDialogProps<T>) {
  const { label, title = label, icon, kind = 'plain', submit, onSubmit, says, result, onDone, children } = props;
  const [opened, setOpened] = useState(false);
  const open = useWanted() === label || opened;
  const setOpen = (next: boolean) => {
    wanted.set(undefined);
    setOpened(next);
  };
  const [shown, show] = useState<ReactNode>();
  const done = (answer: T) => {
    if (says) toast(says(answer));
    if (result) show(result(answer));
    else setOpen(false);
    return onDone?.(answer);
  };
  return (
    <>
      <Button
        kind={kind}
        icon={icon}
        onClick={() => {
          show(undefined);
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {open && (
        <Modal
          title={title}
          sticky={shown !== undefined}
          onClose={() => {
            setOpen(false);
          }}
        >
          {shown === undefined ? (
            <Form
              onSubmit={onSubmit}
              onDone={done}
              buttons={(pending) => (
                <Button type="submit" kind={kind === 'danger' ? 'danger' : 'main'} disabled={pending}>
                  {submit}
                </Button>
              )}
            >
              {children}
            </Form>
          ) : (
            <div ref={focus} tabIndex={-1} className={styles['body']}>
              {shown}
            </div>
          )}
        </Modal>
      )}
    </>
  );
}
