import { fullJitter, wait } from '../backoff.js';
import { NoAnswer, SwitchboardProblem, UnexpectedAnswer } from './problem.js';

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds until the access token expires, from when it was issued. */
  readonly expiresIn: number;
  /**
   * Until when to use it, by this machine's clock, in milliseconds since the epoch; included in what `onTokens` gets.
   */
  readonly freshUntil?: number;
}

export interface LoginOptions {
  /** A pair kept from an earlier run. */
  readonly tokens?: TokenPair;
  /** Called with each new pair, to keep it, and with `undefined` when the login has ended. */
  readonly onTokens?: (tokens: TokenPair | undefined) => void;
}

/** Tokens are refreshed this long before they expire, so that none expires on its way. */
const MARGIN_MS = 30_000;

/** The server returns the same pair for the same refresh token within ten seconds; after that it ends the login. */
const REPEATABLE_MS = 8000;

/** The tokens of one login. However many calls need a new one at once, it is refreshed once. */
export class Login {
  private tokens: TokenPair | undefined;
  private freshUntil: number;
  private refreshing: Promise<string | undefined> | undefined;

  constructor(
    private readonly refresh: (refreshToken: string) => Promise<TokenPair>,
    private readonly options: LoginOptions = {},
  ) {
    this.tokens = options.tokens;
    // A pair of unknown age is used until the server says that it has expired.
    this.freshUntil = options.tokens?.freshUntil ?? Infinity;
  }

  /** A token that should be valid; `undefined` when nobody is signed in. */
  async accessToken(): Promise<string | undefined> {
    return Date.now() < this.freshUntil ? this.tokens?.accessToken : this.renew();
  }

  /** A token to replace one that the server has refused. */
  async replacementFor(refused: string): Promise<string | undefined> {
    const current = this.tokens?.accessToken;
    return current === refused ? this.renew() : current;
  }

  /** @throws UnexpectedAnswer for anything but a pair */
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
      // A sign-in or sign-out that happened meanwhile wins.
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
