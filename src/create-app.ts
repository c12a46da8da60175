import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { serveAsyncApi } from './common/asyncapi/serve.js';
import { boundConnections } from './common/http/policy/bound-connections.js';
import { configureHttp, identifyRequests } from './common/http/configure-http.js';
import { serveOpenApi } from './common/http/openapi/openapi.js';
import { RequestPolicy } from './common/http/policy/request-policy.js';
import { securityHeaders } from './common/http/policy/security-headers.js';
import { type AppConfig } from './config/app-config.js';
import { type Siblings } from './gateways/transport/siblings/siblings.js';
import { TransportAdapter } from './gateways/transport/transport.adapter.js';
import { HttpObserver } from './modules/observability/http-observer.js';
import { tlsServerOptions } from './tls.js';

/**
 * Builds the application, not yet initialised nor listening: for `main`, for tests and for the OpenAPI document.
 * @param dataSource from `openDatabase`; an unconnected one is enough for an app that only describes itself
 * @param siblings the other workers behind the same port
 */
export async function createApp(
  config: AppConfig,
  dataSource: DataSource,
  siblings?: Siblings,
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, dataSource), {
    abortOnError: false,
    bodyParser: false,
    // Published messages are passed on as the text they came in.
    rawBody: true,
    ...(config.http.tls && { httpsOptions: tlsServerOptions(config.http.tls) }),
  });
  boundConnections(app.getHttpServer(), config.http.keepAliveSeconds);
  const policy = new RequestPolicy(config);
  identifyRequests(app, policy);
  app.use(app.get(HttpObserver).middleware);
  app.use(securityHeaders((request) => policy.isTls(request)));
  configureHttp(app, policy, { metricsForAnyHost: config.observability.metricsToken !== undefined });
  serveOpenApi(app);
  serveAsyncApi(app, async () => (await import('./contracts.js')).CONTRACTS);
  const maxHttpBufferSize = config.limits.maxFrameBytes;
  app.useWebSocketAdapter(new TransportAdapter(app, policy, { maxHttpBufferSize }, siblings));
  return app;
}
