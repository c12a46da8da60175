/** Members that never reach a log, whatever their depth and spelling (`apiKey`, `API-KEY`, `api_key`). */
const SECRET_KEY =
  /(authorization|cookie|api-?key|password|passwd|secret(-key)?|token|credentials?|(public|guest|endpoint)-code|private-key(-hash)?|database-url)$/;

/** Secrets inside text: bearer tokens, JWTs, passwords in URLs, endpoint codes in paths. */
const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '[redacted]'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1[redacted]@'],
  [/\bsb[kt]_[\w-]+/g, '[redacted]'],
  [/((?:\/ws|\/sse)\/endpoint\/)[^\s/?"']+/gi, '$1[redacted]'],
  [/([?&](?:token|ticket|lobby|access_token|api_key|key|code)=)[^\s&"']+/gi, '$1[redacted]'],
];

/** Most texts hold none of them, and are spared looking for each. */
const ANY_SECRET_TEXT = new RegExp(SECRET_TEXT.map(([{ source }]) => source).join('|'), 'i');

const REDACTED = '[redacted]';
const MAX_DEPTH = 6;
const MAX_TEXT = 8_192;
/** Most keys are those of this program, which says the same ones over and over. */
const MAX_KNOWN_KEYS = 1_000;
const secretKeys = new Map<string, boolean>();

/** `text` without anything that looks like a secret, cut to an acceptable length for a log line. */
export function redactText(text: string): string {
  let result = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  if (!ANY_SECRET_TEXT.test(result)) return result;
  for (const [pattern, replacement] of SECRET_TEXT) result = result.replace(pattern, replacement);
  return result;
}

/**
 * A copy of `value` for the log: secret members replaced, errors reduced to what is safe, bytes to their length, cycles
 * and depth cut off. Defence in depth: secrets should not be logged in the first place.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[…]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => redact(item, depth + 1));
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return Object.fromEntries(
    entries
      .slice(0, 50)
      .map(([key, item]) => [String(key), isSecret(String(key), item) ? REDACTED : redact(item, depth + 1)]),
  );
}

/**
 * Name, message, code, stack and cause of an error. Other members are left out: database errors have the statement with
 * its parameters, HTTP errors the request.
 */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined || depth >= MAX_DEPTH ? {} : { cause: redact(error.cause, depth + 1) }),
  };
}

/** Flags such as `allowPublicCode` are not secret. */
function isSecret(key: string, value: unknown): boolean {
  if (typeof value === 'boolean') return false;
  const known = secretKeys.get(key);
  if (known !== undefined) return known;
  const name = key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/_/g, '-')
    .toLowerCase();
  const secret = SECRET_KEY.test(name);
  if (secretKeys.size < MAX_KNOWN_KEYS) secretKeys.set(key, secret);
  return secret;
}
