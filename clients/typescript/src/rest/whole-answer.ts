import { UnexpectedAnswer } from './problem.js';
import { type Send } from './retrying-fetch.js';

/** Some browsers give such an answer an empty body. */
const NO_CONTENT = 204;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\b/i;

/**
 * Reads JSON and errors completely, so that an interrupted one counts as a network error. Throws `UnexpectedAnswer` for
 * answers that are not Switchboard's: garbage, or a page that a proxy has put in their place.
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

/** REST v1 answers with JSON; text stored for others has a disposition. */
const isPage = (request: Request, headers: Headers, type: string): boolean =>
  (type === '' || type.startsWith('text/')) &&
  new URL(request.url).pathname.includes('/api/v1/') &&
  !headers.has('Content-Disposition');

/** An empty text may also stand for nothing. */
function isStructure(text: string): boolean {
  if (text === '') return true;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
