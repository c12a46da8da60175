/** For `@Transform` on a query parameter: digits become a number; anything else is left for the validator to refuse. */
export const toNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
