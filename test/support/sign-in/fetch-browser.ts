interface Visit {
  readonly status: number;
  readonly headers: Headers;
  readonly url: URL;
  readonly body: string;
}

/**
 * As much of a browser as signing in needs: follows redirects one by one and keeps cookies by host.
 * @see FetchBrowser.go
 */
export class FetchBrowser {
  private readonly jar = new Map<string, Map<string, string>>();

  /** @param route the real location of an address, since there is no name server */
  constructor(private readonly route: (url: URL) => string = ({ href }) => href) {}

  /** Makes one request without following redirects. */
  async visit(address: string | URL, init: RequestInit = {}): Promise<Visit> {
    const url = new URL(address);
    const cookies = this.cookiesOf(url);
    const headers = new Headers({ accept: 'text/html', ...(init.headers as Record<string, string>) });
    if (cookies.size > 0) headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(this.route(url), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)] as const;
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, url, body: await response.text() };
  }

  /**
   * Follows redirects until there is none, or until one leads to an address that satisfies `until`. @returns that
   * address
   */
  async go(address: string | URL, until: (url: URL) => boolean, init?: RequestInit): Promise<URL> {
    let visit = await this.visit(address, init);
    for (let hops = 0; hops < 20; hops++) {
      const location = visit.headers.get('location');
      if (location === null) return visit.url;
      const next = new URL(location, visit.url);
      if (until(next)) return next;
      visit = await this.visit(next);
    }
    throw new Error(`too many redirects, now at ${visit.url.href}`);
  }

  cookiesOf({ host }: URL): Map<string, string> {
    const cookies = this.jar.get(host) ?? new Map<string, string>();
    this.jar.set(host, cookies);
    return cookies;
  }
}
