import { type ReactNode } from 'react';
import styles from './table.module.css';

export interface Column<T> {
  readonly header: string;
  readonly cell: (item: T) => ReactNode;
  /** Right-aligned. */
  readonly numeric?: boolean;
  /** Shown only on request. */
  readonly extra?: boolean;
}

interface TableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string | number;
  /** Shown at the end of each row. */
  readonly actions?: ((item: T) => ReactNode) | undefined;
}

/**
 * Rows and columns; on a narrow screen each row is a card. Roles are explicit, since browsers drop those of a table
 * that is laid out differently.
 */
export function Table<T>({ label, columns, items, keyOf, actions }: TableProps<T>) {
  const align = (column: Column<T>) => (column.numeric === true ? styles['numeric'] : undefined);
  return (
    <div className={styles['frame']} role="group" aria-label={label} tabIndex={0}>
      <table role="table" aria-label={label} className={styles['table']}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.header} role="columnheader" scope="col" className={align(column)}>
                {column.header}
              </th>
            ))}
            {actions && (
              <th role="columnheader" scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {items.map((item) => (
            <tr key={keyOf(item)} role="row">
              {columns.map((column) => (
                <td key={column.header} role="cell" data-label={column.header} className={align(column)}>
                  <span className={styles['cell']}>{column.cell(item) ?? '–'}</span>
                </td>
              ))}
              {actions && (
                <td role="cell" className={styles['actions']}>
                  {actions(item)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
