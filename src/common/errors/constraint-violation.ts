/** Whether PostgreSQL refused a row because of the integrity constraint `name`. */
export function violatesConstraint(error: unknown, name: string): boolean {
  const { code, constraint, driverError } = error as { code?: unknown; constraint?: unknown; driverError?: unknown };
  if (driverError !== undefined && driverError !== error) return violatesConstraint(driverError, name);
  return typeof code === 'string' && code.startsWith('23') && constraint === name;
}
