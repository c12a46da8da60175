import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const CLIENT = { client_id: 'switchboard', client_secret: 'a secret of the provider & us, with signs: %' } as const;
const SCOPES = ['openid', 'email', 'profile', 'groups'];

export interface ProviderPerson {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

interface Context {
  readonly oidc: { readonly client: { clientId: string }; readonly session: { accountId: string } };
}

/** A certified OpenID provider on loopback, whose users sign in by name alone. */
export class IdentityProvider {
  /** By `sub`. */
  readonly people = new Map<string, ProviderPerson>();
  private provider: Provider | undefined;

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** Listens, but answers only once `serve` has told it where people come from. */
  static async listen(): Promise<IdentityProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const provider = new IdentityProvider(server, issuer);
    server.on('request', (request, response) => void provider.answer(request, response));
    return provider;
  }

  /** The server's environment for using this provider. */
  get env(): Record<string, string> {
    return {
      OIDC_ISSUER: this.issuer,
      OIDC_CLIENT_ID: CLIENT.client_id,
      OIDC_CLIENT_SECRET: CLIENT.client_secret,
      OIDC_SCOPES: SCOPES.join(' '),
      OIDC_ROLE_MAP: 'admins=admin,operators=operator,watchers=viewer',
      OIDC_LABEL: 'Example ID',
    };
  }

  serve(publicUrl: string): void {
    const provider: Provider = new Provider(this.issuer, {
      clients: [{ ...CLIENT, redirect_uris: [`${publicUrl}/api/v1/auth/oidc/callback`] }],
      scopes: SCOPES,
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
      cookies: { keys: ['a key of the tests'] },
      pkce: { required: () => true },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
      findAccount: (_context: unknown, accountId: string) => ({
        accountId,
        claims: () => ({ sub: accountId, ...this.people.get(accountId) }),
      }),
      // Asks nobody for consent.
      loadExistingGrant: async ({ oidc }: Context) => {
        const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
        grant.addOIDCScope(SCOPES.join(' '));
        await grant.save();
        return grant;
      },
    });
    this.provider = provider;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const provider = this.provider;
    if (provider === undefined) throw new Error('the provider does not know whom it serves');
    if (!request.url?.startsWith('/interaction/')) {
      provider.callback()(request, response);
      return;
    }
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(
        `<!doctype html><html lang="en"><title>Example ID</title>
         <link rel="icon" href="data:,"><h1>Example ID</h1><form method="post">
         <label>User name <input name="login"></label><button>Continue</button>
         <button name="cancel" value="1">Cancel</button></form>`,
      );
      return;
    }
    const form = new URLSearchParams(await text(request));
    const result = form.has('cancel')
      ? { error: 'access_denied', error_description: 'they would rather not' }
      : { login: { accountId: form.get('login') } };
    await provider.interactionFinished(request, response, result);
  }
}
