import { Injectable, type OnModuleInit } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { API_V1 } from '../../../common/http/api-v1-controller.js';
import { ACCESS } from './access.js';

/** Stops the boot when a route of REST v1 does not declare who may call it: forgetting must not mean "anyone". */
@Injectable()
export class RouteDeclarations implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const missing = this.discovery.getControllers().flatMap(({ metatype }) => this.undeclared(metatype as object));
    if (missing.length > 0) throw new Error(`These routes do not declare who may call them: ${missing.join(', ')}`);
  }

  private undeclared(controller: object): string[] {
    if (!Reflect.hasMetadata(API_V1, controller)) return [];
    const { name, prototype } = controller as { name: string; prototype: Record<string, object> };
    return this.scanner
      .getAllMethodNames(prototype)
      .filter((method) => {
        const handler = prototype[method];
        return handler && Reflect.hasMetadata(PATH_METADATA, handler) && !Reflect.hasMetadata(ACCESS, handler);
      })
      .map((method) => `${name}.${method}`);
  }
}
