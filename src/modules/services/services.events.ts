import { type HubEvent } from '../realtime/hub-event.js';

/** The role of a connection in its service. */
export type ServiceRole = 'host' | 'client' | 'guest';

/** Events of the exhibition relay that reach its clients. */
export type ServicesEvent =
  | { readonly type: 'services.greeted' }
  | { readonly type: 'services.authorized'; readonly role: ServiceRole }
  /** A host's session has this public code. */
  | { readonly type: 'services.coded'; readonly code: string }
  | { readonly type: 'services.joined'; readonly role: ServiceRole; readonly user: string; readonly name?: string }
  | { readonly type: 'services.left'; readonly role: ServiceRole; readonly user: string }
  /** The connection is about to be closed by force. */
  | { readonly type: 'services.kicked'; readonly message: string }
  | { readonly type: 'services.failed'; readonly message: string }
  /** A message of an application: the text of a JSON object, in two pieces, of which the second is ASCII. */
  | { readonly type: 'services.relayed'; readonly text: Buffer; readonly tail?: Buffer };

export const greeted = (): ServicesEvent => ({ type: 'services.greeted' });
export const authorized = (role: ServiceRole): ServicesEvent => ({ type: 'services.authorized', role });
export const coded = (code: string): ServicesEvent => ({ type: 'services.coded', code });
export const left = (role: ServiceRole, user: string): ServicesEvent => ({ type: 'services.left', role, user });
export const kicked = (message: string): ServicesEvent => ({ type: 'services.kicked', message });
export const failed = (message: string): ServicesEvent => ({ type: 'services.failed', message });
export const relayed = (text: Buffer, tail?: Buffer): ServicesEvent =>
  tail === undefined ? { type: 'services.relayed', text } : { type: 'services.relayed', text, tail };
/** `name` is only included when one was given. */
export const joined = (role: ServiceRole, user: string, name: string | undefined): ServicesEvent => ({
  type: 'services.joined',
  role,
  user,
  ...(name !== undefined && { name }),
});

/** What live connections need to know of their service. Survives JSON. */
export interface ServiceSettings {
  readonly id: number;
  readonly title: string;
  /** Grows with every change. */
  readonly version: number;
  // Both SHA-256 of the canonical token, in hexadecimal.
  readonly hostDigest: string;
  readonly clientDigest: string;
  readonly allowPublicCode: boolean;
  readonly allowMultipleHosts: boolean;
  readonly targeting: boolean;
  readonly hostGraceSeconds: number;
  readonly guestLimit: number | null;
  readonly codeTtlSeconds: number | null;
  readonly codeLength: number;
}

/** Tells the connections themselves that their service has changed. */
export interface SettingsChanged extends HubEvent {
  readonly type: 'services.settings';
  readonly settings: ServiceSettings;
}

export const settingsChanged = (settings: ServiceSettings): SettingsChanged => ({
  type: 'services.settings',
  settings,
});
