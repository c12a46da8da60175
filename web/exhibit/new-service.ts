import type * as Rest from '@switchboard/client/rest';
import { byId, say } from '../ui/dom.js';

/** The part of a new service that is shown. */
interface Made {
  readonly title: string;
  readonly hostToken: string;
  readonly clientToken: string;
}

/** Makes a service for users who have no token yet: signs in, creates it, signs out. */
export class NewService {
  private readonly card = byId('service', HTMLElement);
  private readonly error = byId('service-error', HTMLElement);
  private readonly button = byId('service-button', HTMLButtonElement);

  constructor(beHost: (hostToken: string) => void) {
    const form = byId('service-form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.make(form);
    });
    byId('be-host', HTMLButtonElement).addEventListener('click', () => {
      beHost(byId('host-token', HTMLInputElement).value);
    });
    byId('service-done', HTMLButtonElement).addEventListener('click', () => {
      this.forget();
    });
  }

  private async make(form: HTMLFormElement) {
    say(this.error, '');
    this.button.disabled = true;
    // Loaded on demand: most users come with a token or a code.
    const rest = await import('@switchboard/client/rest');
    try {
      const email = byId('email', HTMLInputElement).value;
      const password = byId('password', HTMLInputElement);
      const server = new rest.Switchboard({ url: location.origin, retry: { attempts: 1 } });
      await server.signIn({ email, password: password.value });
      password.value = '';
      try {
        const title = byId('title', HTMLInputElement).value;
        const service = await server.services.create({ body: { title, allowPublicCode: true } });
        form.reset();
        this.show(service);
      } finally {
        await server.signOut().catch(() => undefined);
      }
    } catch (error) {
      say(this.error, inWords(error, rest));
    } finally {
      this.button.disabled = false;
    }
  }

  private show({ title, hostToken, clientToken }: Made): void {
    byId('service-name', HTMLElement).textContent = title;
    byId('host-token', HTMLInputElement).value = hostToken;
    byId('client-token', HTMLInputElement).value = clientToken;
    byId('open-client', HTMLAnchorElement).href = `/exhibit/#token=${encodeURIComponent(clientToken)}`;
    byId('new-service', HTMLDetailsElement).open = false;
    this.card.hidden = false;
    byId('service-title', HTMLElement).focus();
  }

  private forget() {
    for (const id of ['host-token', 'client-token']) byId(id, HTMLInputElement).value = '';
    byId('open-client', HTMLAnchorElement).removeAttribute('href');
    this.card.hidden = true;
  }
}

/** What is wrong with each field, or else what is wrong in general. */
function inWords(error: unknown, { SwitchboardProblem, UnexpectedAnswer }: typeof Rest): string {
  if (error instanceof UnexpectedAnswer) return `The server answered ${error.status}.`;
  if (!(error instanceof SwitchboardProblem)) return 'The server cannot be reached.';
  const faults = error.errors.map(({ field, message }) => `${field} ${message}`);
  return faults.length > 0 ? faults.join(', ') : error.message;
}
