import { type SecurityScheme } from './contract.js';

export type Json = Readonly<Record<string, unknown>>;

export interface Reference {
  readonly $ref: string;
}

/** The part of AsyncAPI 3.0 that our document uses. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Json & { readonly title: string; readonly version: string; readonly description: string };
  readonly defaultContentType: 'application/json';
  readonly servers: Readonly<Record<string, Json>>;
  readonly channels: Readonly<Record<string, AsyncApiChannel>>;
  readonly operations: Readonly<Record<string, AsyncApiOperation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, AsyncApiMessage>>;
    readonly schemas: Readonly<Record<string, Json>>;
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  };
}

export interface AsyncApiChannel {
  readonly address: string;
  readonly title: string;
  readonly description: string;
  readonly servers: readonly Reference[];
  readonly parameters?: Readonly<Record<string, { readonly description: string }>>;
  readonly messages: Readonly<Record<string, Reference>>;
  readonly bindings?: Json;
}

export interface AsyncApiOperation {
  /** Seen from the server: `receive` is what clients send, `send` what they get. */
  readonly action: 'receive' | 'send';
  readonly channel: Reference;
  readonly summary: string;
  readonly security: readonly Reference[];
  readonly bindings?: Json;
  readonly messages: readonly Reference[];
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] };
}

export interface AsyncApiMessage {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly headers?: Reference;
  readonly payload: Reference;
  readonly examples: readonly { readonly payload: unknown }[];
}
