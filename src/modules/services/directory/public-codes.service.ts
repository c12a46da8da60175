import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { randomDistinct } from '../../../common/security/random.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { type LiveCode } from '../service-state.js';
import { keys } from '../services.channels.js';
import { type ServiceSettings } from '../services.events.js';

/** A to Z without W. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVXYZ';
const CODE = /^[A-VX-Z]{4,12}$/;
/** This many draws in a row only find no free code when hardly any is left. */
const MAX_DRAWS = 200;

/** Whether `text` has the form of a code, case-sensitively. */
export const isCode = (text: string): boolean => CODE.test(text);

/** The short public codes that admit guests: unique among the live ones of all services. */
@Injectable()
export class PublicCodes {
  constructor(
    private readonly store: EphemeralStore,
    private readonly selectors: RevocationSelectors,
  ) {}

  /**
   * Issues a new code for a session.
   * @throws AppError `unavailable` when none is free
   */
  async issue(settings: ServiceSettings, session: string): Promise<string> {
    const { id, codeLength, codeTtlSeconds } = settings;
    const life = codeTtlSeconds === null ? undefined : { ttlMs: codeTtlSeconds * 1_000 };
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      const code = randomDistinct(LETTERS, codeLength);
      if (await this.store.claim(keys.code(code), { service: id, session }, life)) return code;
    }
    throw new AppError('unavailable', 'No public code is free, try later.');
  }

  /** The session that `code` admits to. */
  async find(code: string): Promise<LiveCode | undefined> {
    return this.store.get(keys.code(code));
  }

  /** The selector by which `code` can be revoked. */
  selectorOf(code: string): string {
    return this.selectors.of('guestCode', code);
  }

  /** Whether `code` still admits to this session. */
  async isLive(code: string, service: number, session: string): Promise<boolean> {
    const live = await this.find(code);
    return live?.service === service && live.session === session;
  }

  /** Ties a code that lives as long as its session to the life of this node. */
  async adopt(code: string, service: number, session: string): Promise<void> {
    await this.store.replace(keys.code(code), { service, session }, { service, session });
  }

  /** Makes the code stop working, unless it belongs to another session by now. */
  async revoke(code: string, service: number, session: string): Promise<void> {
    await this.store.release(keys.code(code), { service, session });
  }
}
