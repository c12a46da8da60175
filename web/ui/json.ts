export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; `null` also for what is no JSON. */
export function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/** The object a JSON text holds; `null` for anything else. */
export function parseObject(text: unknown): JsonObject | null {
  const value = parse(text);
  return isObject(value) ? value : null;
}

/** A member that should be a text, empty where it is none. */
export function textOf(object: JsonObject, member: string): string {
  const value = object[member];
  return typeof value === 'string' ? value : '';
}
