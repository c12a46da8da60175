/** The values of a form, as requests need them: nothing where a field is empty. */
export class FormValues {
  private readonly data: FormData;

  constructor(form: HTMLFormElement) {
    this.data = new FormData(form);
  }

  /** As written; `''` when empty. */
  text(name: string): string {
    const value = this.data.get(name);
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number | null {
    const text = this.text(name).trim();
    return text === '' ? null : Number(text);
  }

  /** The checked values with this name. */
  all(name: string): string[] {
    return this.data.getAll(name).filter((value) => typeof value === 'string');
  }

  checked(name: string): boolean {
    return this.data.has(name);
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined | ''> };

/** Leaves out empty members: an absent member is not the same as one that is `undefined`. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== ''),
  ) as Defined<T>;
}
