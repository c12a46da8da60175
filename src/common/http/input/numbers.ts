/** For `@Transform` on a parameter of a query: digits become a number, everything else is left for the validator to refuse. */
export const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
