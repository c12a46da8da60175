import { Switchboard, type TokenPair } from '@switchboard/client/rest';
import { Kept } from './kept.js';

function parseTokens(text: string | null): TokenPair | undefined {
  try {
    const { accessToken, refreshToken, expiresIn, freshUntil } = JSON.parse(text ?? '') as Partial<TokenPair>;
    if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return undefined;
    return { accessToken, refreshToken, expiresIn: Number(expiresIn), freshUntil: freshUntil ?? 0 };
  } catch {
    return undefined;
  }
}

/**
 * The login of this browser. A refresh token can be used once, so all tabs share one pair, and continue with what
 * another one got.
 */
export const login = new Kept('switchboard.login', parseTokens, (tokens) => {
  sdk.resume(tokens);
});

const tokens = login.get();

export const sdk = new Switchboard({
  url: location.origin,
  ...(tokens !== undefined && { tokens }),
  onTokens: (pair) => {
    login.set(pair);
  },
});

/** What links and QR codes point to. */
export const publicUrl =
  document.querySelector('meta[name="public-url"]')?.getAttribute('content')?.replace(/\/+$/, '') || location.origin;
