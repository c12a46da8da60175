import { byId, say } from '../ui/dom.js';
import { type JsonObject, textOf } from '../ui/json.js';
import { post, Refusal } from './api.js';

/** Makes a service for somebody who has no token yet: signs in, asks, signs out. */
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
    try {
      const email = byId('email', HTMLInputElement).value;
      const password = byId('password', HTMLInputElement);
      const login = await post('auth/login', { body: { email, password: password.value } });
      const accessToken = textOf(login, 'accessToken');
      password.value = '';
      try {
        const title = byId('title', HTMLInputElement).value;
        const service = await post('services', { body: { title, allowPublicCode: true }, token: accessToken });
        form.reset();
        this.show(service);
      } finally {
        await post('auth/logout', { token: accessToken }).catch(() => undefined);
      }
    } catch (error) {
      say(this.error, error instanceof Refusal ? error.message : 'The server cannot be reached.');
    } finally {
      this.button.disabled = false;
    }
  }

  private show(service: JsonObject): void {
    const clientToken = textOf(service, 'clientToken');
    byId('service-name', HTMLElement).textContent = textOf(service, 'title');
    byId('host-token', HTMLInputElement).value = textOf(service, 'hostToken');
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
