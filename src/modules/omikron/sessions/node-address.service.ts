import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type Server } from 'node:http';
import { AppConfig } from '../../../config/app-config.js';

/** Under which host, with port where it is not the usual one, this node is reached. */
@Injectable()
export class NodeAddress {
  constructor(
    private readonly config: AppConfig,
    private readonly adapter: HttpAdapterHost,
  ) {}

  get host(): string {
    const { publicUrl, nodeUrl = publicUrl } = this.config.http;
    if (nodeUrl !== undefined) return new URL(nodeUrl).host;
    const address = (this.adapter.httpAdapter.getHttpServer() as Server | undefined)?.address();
    return typeof address === 'object' && address !== null ? `localhost:${address.port}` : 'localhost';
  }
}
