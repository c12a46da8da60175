import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { AppConfig } from '../../../config/app-config.js';

/** Where this node can be reached. */
@Injectable()
export class OwnAddress {
  constructor(
    private readonly config: AppConfig,
    private readonly adapter: HttpAdapterHost,
  ) {}

  get url(): string {
    const { publicUrl, nodeUrl = publicUrl, tls } = this.config.http;
    if (nodeUrl !== undefined) return nodeUrl;
    const address = (this.adapter.httpAdapter.getHttpServer() as Server | undefined)?.address();
    const port = typeof address === 'object' && address !== null ? `:${address.port}` : '';
    return `${tls ? 'https' : 'http'}://localhost${port}`;
  }
}
