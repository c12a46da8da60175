import { Module } from '@nestjs/common';
import { PageAssets } from './page-assets.js';
import { PagesController } from './pages.controller.js';

/** Pages for people. */
@Module({ controllers: [PagesController], providers: [PageAssets] })
export class PagesModule {}
