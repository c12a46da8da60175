import { Module } from '@nestjs/common';
import { LandingController } from './landing.controller.js';

/** Pages for people. */
@Module({ controllers: [LandingController] })
export class PagesModule {}
