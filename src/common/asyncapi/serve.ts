import { type HttpServer, type INestApplication } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { pagePolicy } from '../http/policy/security-headers.js';
import { type AsyncApiDocument } from './async-api.js';
import { type ChannelContract } from './contract.js';

/**
 * `/docs-asyncapi`: the document for those who accept JSON and not rather HTML, else a page. Call before `init`.
 * @param load reads the contracts when somebody first asks, with what builds the document: no wire needs them
 */
export function serveAsyncApi(app: INestApplication, load: () => Promise<readonly ChannelContract[]>): void {
  let built: Promise<{ document: AsyncApiDocument; page: string }> | undefined;
  const build = async () => {
    const [{ buildAsyncApi }, { renderAsyncApi }] = await Promise.all([import('./document.js'), import('./page.js')]);
    const document = buildAsyncApi(await load());
    return { document, page: renderAsyncApi(document) };
  };
  const adapter = app.getHttpAdapter() as HttpServer<Request, Response>;
  const answer = async (request: Request, response: Response): Promise<void> => {
    const { document, page } = await (built ??= build());
    response.vary('Accept');
    if (request.accepts(['html', 'json']) === 'json') response.json(document);
    else response.set('Content-Security-Policy', pagePolicy()).type('html').send(page);
  };
  adapter.get('/docs-asyncapi', (request, response, next) => {
    answer(request, response).catch((error: unknown) => {
      next?.(error);
    });
  });
}
