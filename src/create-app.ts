import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { type AppConfig } from './config/app-config.js';

/**
 * Builds the application, not yet initialised nor listening: for `main`, for tests and for the OpenAPI document.
 * @param dataSource from `openDatabase`; an unconnected one is enough for an app that only describes itself
 */
export async function createApp(config: AppConfig, dataSource: DataSource): Promise<NestExpressApplication> {
  return NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, dataSource), { abortOnError: false });
}
