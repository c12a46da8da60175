import { type ReactNode, useState } from 'react';
import { Button, type ButtonKind } from '../actions/button.js';
import { toast } from '../feedback/toasts.js';
import { TextField } from '../forms/fields.js';
import { Form } from '../forms/form.js';
import { Modal } from './modal.js';
import styles from './modal.module.css';

interface ConfirmDialogProps {
  /** The verb: on the button that opens it, and on the one that does it. */
  readonly verb: string;
  readonly icon?: ReactNode;
  readonly kind?: ButtonKind;
  /** Its title; by default `verb` with a question mark. */
  readonly title?: string;
  /** What it will affect, with numbers if there are any. */
  readonly children: ReactNode;
  /** Whether the API keeps a reason. */
  readonly asksReason?: boolean;
  readonly onConfirm: (reason: string) => Promise<unknown>;
  readonly says?: string;
  readonly onDone?: () => unknown;
}

/** A button for actions that cannot be undone: asks first. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { verb, icon, kind = 'danger', title = `${verb}?`, children, asksReason, onConfirm, says, onDone } = props;
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <>
      <Button
        kind={kind}
        icon={icon}
        onClick={() => {
          setOpen(true);
        }}
      >
        {verb}
      </Button>
      {open && (
        <Modal title={title} onClose={close}>
          <Form
            onSubmit={(values) => onConfirm(values.text('reason').trim())}
            onDone={() => {
              close();
              if (says !== undefined) toast(says);
              return onDone?.();
            }}
            buttons={(pending) => (
              <>
                <Button onClick={close}>Cancel</Button>
                <Button type="submit" kind="danger" disabled={pending}>
                  {verb}
                </Button>
              </>
            )}
          >
            <div className={styles['body']}>{children}</div>
            {asksReason === true && <TextField name="reason" label="Reason" hint="Kept with it, for others to read." />}
          </Form>
        </Modal>
      )}
    </>
  );
}
