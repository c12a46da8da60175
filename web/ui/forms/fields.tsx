import { type ComponentProps, createContext, type ReactNode, use, useId } from 'react';
import styles from './fields.module.css';

/** The server's errors, by field name. */
export const FieldErrors = createContext<ReadonlyMap<string, string>>(new Map());

interface Labelled {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
}

interface FieldProps extends Labelled {
  readonly children: (attributes: {
    readonly id: string;
    readonly name: string;
    readonly 'aria-invalid': boolean;
    readonly 'aria-describedby': string | undefined;
  }) => ReactNode;
}

function Field({ name, label, hint, children }: FieldProps) {
  const id = useId();
  const error = use(FieldErrors).get(name);
  const told = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        name,
        'aria-invalid': error !== undefined,
        'aria-describedby': told === '' ? undefined : told,
      })}
      {hint !== undefined && (
        <small id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </small>
      )}
      {error !== undefined && (
        <small id={`${id}-error`} className={styles['error']}>
          {error}
        </small>
      )}
    </div>
  );
}

export function TextField({ name, label, hint, ...rest }: Labelled & Omit<ComponentProps<'input'>, 'name'>) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(attributes) => <input className={styles['input']} autoComplete="off" {...attributes} {...rest} />}
    </Field>
  );
}

export function TextAreaField({ name, label, hint, ...rest }: Labelled & Omit<ComponentProps<'textarea'>, 'name'>) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(attributes) => <textarea className={styles['area']} rows={4} spellCheck={false} {...attributes} {...rest} />}
    </Field>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function SelectField({
  name,
  label,
  hint,
  options,
  ...rest
}: Labelled & { options: readonly Option[] } & Omit<ComponentProps<'select'>, 'name'>) {
  return (
    <Field name={name} label={label} hint={hint}>
      {(attributes) => (
        <select className={styles['input']} {...attributes} {...rest}>
          {options.map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

interface CheckTableProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: ReactNode;
  /** The label of each line, and its check boxes: their labels and the values to send. */
  readonly lines: readonly { readonly label: string; readonly options: readonly Option[] }[];
}

/** Check boxes, in lines of related ones. */
export function CheckTable({ name, label, hint, lines }: CheckTableProps) {
  const error = use(FieldErrors).get(name);
  return (
    <fieldset className={styles['checks']}>
      <legend>{label}</legend>
      {hint !== undefined && <small className={styles['hint']}>{hint}</small>}
      {lines.map((line) => (
        <div key={line.label} role="group" aria-label={line.label} className={styles['checkLine']}>
          <span>{line.label}</span>
          {line.options.map((option) => (
            <label key={option.value} className={styles['check']}>
              <input type="checkbox" name={name} value={option.value} aria-label={option.value} />
              {option.label}
            </label>
          ))}
        </div>
      ))}
      {error !== undefined && <small className={styles['error']}>{error}</small>}
    </fieldset>
  );
}

export function CheckField({ name, label, hint, ...rest }: Labelled & Omit<ComponentProps<'input'>, 'name'>) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label className={styles['check']}>
        <input type="checkbox" name={name} aria-describedby={hint === undefined ? undefined : id} {...rest} />
        {label}
      </label>
      {hint !== undefined && (
        <small id={id} className={styles['hint']}>
          {hint}
        </small>
      )}
    </div>
  );
}
