/** Data from a wire: nothing is known about its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns undefined unless `text` is JSON */
export function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined unless `text` is the JSON of an object */
export function objectOf(text: unknown): JsonObject | undefined {
  const value = parsed(text);
  return isObject(value) ? value : undefined;
}
