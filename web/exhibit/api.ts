import { isObject, type JsonObject, parseObject, textOf } from '../ui/json.js';

/** The server said no, in words for people. */
export class Refusal extends Error {}

/**
 * Asks the REST interface.
 * @param path below `/api/v1/`
 * @throws Refusal
 */
export async function post(path: string, { body, token }: { body?: object; token?: string }): Promise<JsonObject> {
  const headers = new Headers();
  if (body) headers.set('Content-Type', 'application/json');
  if (token) headers.set('Authorization', `Bearer ${token}`);
  const response = await fetch(`/api/v1/${path}`, {
    method: 'POST',
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = parseObject(await response.text()) ?? {};
  if (response.ok) return answer;
  throw new Refusal(reasonIn(answer) ?? `The server answered ${response.status}.`);
}

/** What is wrong with each field, else what is wrong at all. */
function reasonIn(answer: JsonObject): string | undefined {
  const { errors } = answer;
  const faults = Array.isArray(errors) ? errors.filter(isObject) : [];
  const texts = faults.map((fault) => `${textOf(fault, 'field')} ${textOf(fault, 'message')}`);
  return [texts.join(', '), textOf(answer, 'detail'), textOf(answer, 'title')].find((text) => text !== '');
}
