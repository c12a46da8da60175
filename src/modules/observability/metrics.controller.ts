import { Controller, Get, Header, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { type Request } from 'express';
import { AppError } from '../../common/errors/app-error.js';
import { MetricsAccess } from './metrics-access.js';
import { Metrics } from './metrics.js';

@ApiExcludeController()
@Controller()
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly access: MetricsAccess,
  ) {}

  /** Prometheus text. */
  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async read(@Req() request: Request): Promise<string> {
    const verdict = this.access.judge(request.headers, request.socket.remoteAddress);
    if (verdict === 'unauthenticated') throw new AppError('unauthenticated', 'The metrics need their bearer token.');
    if (verdict === 'forbidden')
      throw new AppError('forbidden', 'Set METRICS_TOKEN to read the metrics from elsewhere.');
    return this.metrics.text();
  }
}
