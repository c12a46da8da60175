import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { requestContext } from './common/context/request-context.js';
import { isTlsRequest, TrustedProxies } from './common/http/client-address.js';
import { securityHeaders } from './common/http/security-headers.js';
import { type AppConfig } from './config/app-config.js';
import { RequestPolicy } from './gateways/transport/request-policy.js';
import { TransportAdapter } from './gateways/transport/transport.adapter.js';
import { HttpObserver } from './modules/observability/http-observer.js';

/**
 * Builds the application, not yet initialised nor listening: for `main`, for tests and for the OpenAPI document.
 * @param dataSource from `openDatabase`; an unconnected one is enough for an app that only describes itself
 */
export async function createApp(config: AppConfig, dataSource: DataSource): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, dataSource), {
    abortOnError: false,
  });
  const proxies = new TrustedProxies(config.http.trustedProxies);
  app.use(requestContext);
  app.use(app.get(HttpObserver).middleware);
  app.use(
    securityHeaders(({ socket, headers }) =>
      isTlsRequest('encrypted' in socket, socket.remoteAddress, headers['x-forwarded-proto'], proxies),
    ),
  );
  const maxHttpBufferSize = config.limits.maxFrameBytes;
  app.useWebSocketAdapter(new TransportAdapter(app, new RequestPolicy(config), { maxHttpBufferSize }));
  return app;
}
