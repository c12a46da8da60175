import { useMutation } from '@tanstack/react-query';
import { type ReactNode, type SubmitEvent } from 'react';
import { ProblemNotice, fieldErrorsOf } from '../feedback/problem.js';
import { FieldErrors } from './fields.js';
import { FormValues } from './form-values.js';
import styles from './form.module.css';

interface FormProps<T> {
  readonly onSubmit: (values: FormValues) => Promise<T>;
  /** May take its time, for example to navigate. */
  readonly onDone?: (result: T) => unknown;
  /** One or more buttons; gets whether the answer is pending. */
  readonly buttons: (pending: boolean) => ReactNode;
  readonly children: ReactNode;
}

/** Sends its values, and shows the server's errors next to their fields. */
export function Form<T>({ onSubmit, onDone, buttons, children }: FormProps<T>) {
  const { mutate, isPending, error } = useMutation({ mutationFn: onSubmit, onSuccess: (result) => onDone?.(result) });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isPending) mutate(new FormValues(event.currentTarget));
  };
  return (
    <form className={styles['form']} onSubmit={submit}>
      <FieldErrors value={fieldErrorsOf(error)}>
        {children}
        {error !== null && <ProblemNotice error={error} />}
        <div className={styles['buttons']}>{buttons(isPending)}</div>
      </FieldErrors>
    </form>
  );
}
