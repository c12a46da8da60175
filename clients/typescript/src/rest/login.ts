import { fullJitter, wait } from '../backoff.js';
import { NoAnswer, SwitchboardProblem, UnexpectedAnswer } from './problem.js';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds until the access token expires, from when it was given. */
  readonly expiresIn: number;
  /** Until when it serves, by the clock of this machine: milliseconds since the epoch. `onTokens` tells it. */
  readonly freshUntil?: number;
}

export interface LoginOptions {
  /** A pair kept from an earlier run. */
  readonly tokens?: TokenPair;
  /** Hears of each new pair, to keep it, and of `undefined` when the login has ended. */
  readonly onTokens?: (tokens: TokenPair | undefined) => void;
}

/** Refreshed this long before it expires, so that no call leaves with a token that dies on its way. */
const MARGIN_MS = 30_000;

/** For ten seconds the server gives the same pair for the same refresh token; later it ends the login. */
const REPEATABLE_MS = 8000;

/** The tokens of one login. However many calls need a fresh one at once, it is refreshed once. */
export class Login {
  private tokens: TokenPair | undefined;
  private freshUntil: number;
  private refreshing: Promise<string | undefined> | undefined;

  constructor(
    private readonly refresh: (refreshToken: string) => Promise<TokenPair>,
    private readonly options: LoginOptions = {},
  ) {
    this.tokens = options.tokens;
    // Where nobody has kept how old it is, it serves until the server says that it has expired.
    this.freshUntil = options.tokens?.freshUntil ?? Infinity;
  }

  /** A token that should do, `undefined` when nobody is signed in. */
  async accessToken(): Promise<string | undefined> {
    return Date.now() < this.freshUntil ? this.tokens?.accessToken : this.renew();
  }

  /** A token in place of one that the server has refused. */
  async replacementFor(refused: string): Promise<string | undefined> {
    const current = this.tokens?.accessToken;
    return current === refused ? this.renew() : current;
  }

  /** @throws UnexpectedAnswer for what is no pair */
  begin(tokens: TokenPair | undefined): void {
    const isPair = typeof tokens?.accessToken === 'string' && typeof tokens.refreshToken === 'string';
    if (tokens !== undefined && !isPair) throw new UnexpectedAnswer(200, tokens);
    this.freshUntil = tokens === undefined ? Infinity : (tokens.freshUntil ?? freshUntil(tokens));
    this.tokens = tokens && { ...tokens, freshUntil: this.freshUntil };
    this.options.onTokens?.(this.tokens);
  }

  private renew(): Promise<string | undefined> {
    this.refreshing ??= this.exchange().finally(() => {
      this.refreshing = undefined;
    });
    return this.refreshing;
  }

  private async exchange(): Promise<string | undefined> {
    const before = this.tokens;
    if (before === undefined) return undefined;
    try {
      const tokens = await this.ask(before.refreshToken);
      // Who has signed in or out meanwhile wins.
      if (this.tokens === before) this.begin(tokens);
    } catch (error) {
      if (error instanceof SwitchboardProblem && error.status === 401 && this.tokens === before) this.begin(undefined);
      throw error;
    }
    return this.tokens?.accessToken;
  }

  private async ask(refreshToken: string): Promise<TokenPair> {
    const until = Date.now() + REPEATABLE_MS;
    for (let failures = 0; ; failures++) {
      try {
        return await this.refresh(refreshToken);
      } catch (error) {
        const waitMs = fullJitter(failures, { firstMs: 250, longestMs: 2000 });
        if (!(error instanceof NoAnswer) || Date.now() + waitMs > until) throw error;
        await wait(waitMs);
      }
    }
  }
}

/** Short-lived tokens are used for half of their life. */
function freshUntil({ expiresIn }: TokenPair): number {
  const lifeMs = expiresIn * 1000;
  return Date.now() + Math.max(lifeMs - MARGIN_MS, lifeMs / 2);
}
