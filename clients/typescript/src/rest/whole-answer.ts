import { UnexpectedAnswer } from './problem.js';
import { type Send } from './retrying-fetch.js';

/** Some browsers give it a body, which is empty. */
const NO_CONTENT = 204;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

/**
 * Takes JSON and errors in whole, so that one that breaks off is a network error. Throws `UnexpectedAnswer` for what is none
 * of Switchboard's: garbage, or a page that a proxy has put in its place.
 */
export function whole(send: Send): Send {
  return async (request) => {
    const answer = await send(request);
    const { status, statusText, headers, ok, body } = answer;
    if (body === null || status === NO_CONTENT) return answer;
    const type = headers.get('Content-Type') ?? '';
    const isJson = JSON_TYPE.test(type);
    if (ok && !isJson && !isPage(request, headers, type)) return answer;
    const text = await answer.text();
    if (ok && !(isJson && isStructure(text))) throw new UnexpectedAnswer(status, text);
    return new Response(text, { status, statusText, headers });
  };
}

/** What REST v1 says is JSON, and what it keeps for others has a disposition. */
const isPage = (request: Request, headers: Headers, type: string): boolean =>
  (type === '' || type.startsWith('text/')) &&
  new URL(request.url).pathname.includes('/api/v1/') &&
  !headers.has('Content-Disposition');

/** Nothing is also said with an empty text. */
function isStructure(text: string): boolean {
  if (text === '') return true;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
