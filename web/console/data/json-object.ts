/**
 * Parses the JSON text of an object.
 * @throws Error that says what is wrong with it
 */
export function jsonObjectOf(text: string): Record<string, unknown> {
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('The message must be a JSON object, such as {"type":"notice"}.');
  }
  return value as Record<string, unknown>;
}

/** @throws Error that says what is wrong with it */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}
