export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; also `null` for invalid JSON. */
export function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** The object in a JSON text; `null` for anything else. */
export function parseObject(text: unknown): JsonObject | null {
  const value = parse(text);
  return isObject(value) ? value : null;
}

/** A member that should be a string; empty if it is not. */
export function textOf(object: JsonObject, member: string): string {
  const value = object[member];
  return typeof value === 'string' ? value : '';
}
