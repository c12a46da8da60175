import { type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type AddressInfo } from 'node:net';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/load-config.js';
import { RequestPolicy } from '../../src/common/http/policy/request-policy.js';
import { TransportAdapter } from '../../src/gateways/transport/transport.adapter.js';
import { TransportModule } from '../../src/gateways/transport/transport.module.js';
import { RealtimeModule } from '../../src/modules/realtime/realtime.module.js';
import { tlsServerOptions } from '../../src/tls.js';
import { speaksOtherwise } from './frame-witness.js';

export interface TransportApp {
  readonly app: INestApplication;
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

/** The transport with gateways of a test, on a free port, without a database. */
export async function startTransportApp(
  providers: readonly Type[],
  env: Record<string, string> = {},
): Promise<TransportApp> {
  const config = loadConfig({ LOG_LEVEL: 'silent', ...env });

  @Module({
    imports: [ConfigModule.forRoot(config), RealtimeModule.forRoot(), TransportModule],
    providers: [...providers],
  })
  class TestModule {}

  const app = await NestFactory.create(TestModule, {
    logger: false,
    ...(config.http.tls && { httpsOptions: tlsServerOptions(config.http.tls) }),
  });
  app.useWebSocketAdapter(
    new TransportAdapter(app, new RequestPolicy(config), { maxHttpBufferSize: config.limits.maxFrameBytes }),
  );
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const close = async (): Promise<void> => {
    await app.close();
    forgetPort();
  };
  const forgetPort = speaksOtherwise(port);
  return { app, port, url: `${config.http.tls ? 'wss' : 'ws'}://127.0.0.1:${port}`, close };
}
