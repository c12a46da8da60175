import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Header = Parameters<SignJWT['setProtectedHeader']>[0];

/** How the provider deviates from a good one. */
export interface Lies {
  readonly claims?: JWTPayload;
  readonly header?: Partial<Header>;
  /** Instead of its own key. */
  readonly key?: CryptoKey | Uint8Array;
  /** Instead of a correctly signed token. */
  readonly idToken?: (claims: JWTPayload) => string;
  readonly userInfo?: JWTPayload;
  /** Status of the token endpoint. */
  readonly status?: number;
  readonly silent?: boolean;
}

/**
 * A provider that answers whatever the test wants, good or bad. Nobody signs in there: the test makes up the answer.
 */
export class LyingProvider {
  lies: Lies = {};
  /** Requests to its token endpoint. */
  readonly asked: URLSearchParams[] = [];
  discoveries = 0;
  private nonce = '';
  private keys: object[] = [];
  private key: CryptoKey | undefined;
  private kid = 0;

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async listen(): Promise<LyingProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new LyingProvider(server, issuer);
    await provider.rotate();
    server.on('request', (request, response) => {
      void text(request).then((body) => provider.answer(request.url ?? '', body, response));
    });
    return provider;
  }

  get env(): Record<string, string> {
    return { OIDC_ISSUER: this.issuer, OIDC_CLIENT_ID: 'sb', OIDC_CLIENT_SECRET: SECRET, OIDC_DEFAULT_ROLE: 'viewer' };
  }

  /** Replaces its key with a new one. @returns the old one */
  async rotate(): Promise<CryptoKey | undefined> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const before = this.key;
    this.key = privateKey;
    this.keys = [{ ...(await exportJWK(publicKey)), kid: `key-${++this.kid}`, alg: 'RS256', use: 'sig' }];
    return before;
  }

  /**
   * The answer to a sign-in that began with a redirect to `address`. @returns the query that the browser brings back
   */
  answerTo(address: string): URLSearchParams {
    const { searchParams } = new URL(address);
    this.nonce = searchParams.get('nonce') ?? '';
    return new URLSearchParams({ code: 'a code', state: searchParams.get('state') ?? '', iss: this.issuer });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(path: string, body: string, response: ServerResponse): Promise<void> {
    if (this.lies.silent) return;
    const send = (value: object, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const { issuer } = this;
    if (path.startsWith('/.well-known/')) {
      this.discoveries++;
      const endpoints = {
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        userinfo_endpoint: `${issuer}/me`,
      };
      const algorithms = { id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'] };
      send({ issuer, authorization_endpoint: `${issuer}/authorize`, ...endpoints, ...algorithms });
    } else if (path === '/keys') send({ keys: this.keys });
    else if (path === '/me') send(this.lies.userInfo ?? { sub: 'liar' });
    else if (this.lies.status !== undefined) send({ error: 'invalid_grant' }, this.lies.status);
    else {
      this.asked.push(new URLSearchParams(body));
      send({ access_token: 'x', token_type: 'bearer', id_token: await this.idToken() });
    }
  }

  private async idToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1_000);
    const times = { iat: now, exp: now + 60 };
    const email = { email: 'liar@example.org', email_verified: true };
    const who = { iss: this.issuer, aud: 'sb', sub: 'liar', nonce: this.nonce };
    const { claims, header, key = this.key, idToken } = this.lies;
    const all = { ...who, ...times, ...email, ...claims };
    if (idToken) return idToken(all);
    if (key === undefined) throw new Error('there is no key');
    return new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: `key-${this.kid}`, ...header }).sign(key);
  }
}

export const SECRET = 'the secret that both know, long enough';
