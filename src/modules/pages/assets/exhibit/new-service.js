import { byId, say } from './dom.js';

/** Makes a service for somebody who has no token yet: signs in, asks, signs out. */
export class NewService {
  /** @param {(hostToken: string) => void} beHost */
  constructor(beHost) {
    this.card = byId('service', HTMLElement);
    this.error = byId('service-error', HTMLElement);
    this.button = byId('service-button', HTMLButtonElement);
    const form = byId('service-form', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#make(form);
    });
    byId('be-host', HTMLButtonElement).addEventListener('click', () =>
      beHost(byId('host-token', HTMLInputElement).value),
    );
    byId('service-done', HTMLButtonElement).addEventListener('click', () => this.#forget());
  }

  /** @param {HTMLFormElement} form */
  async #make(form) {
    say(this.error, '');
    this.button.disabled = true;
    try {
      const email = byId('email', HTMLInputElement).value;
      const password = byId('password', HTMLInputElement);
      const { accessToken } = await call('auth/login', { email, password: password.value });
      password.value = '';
      try {
        const title = byId('title', HTMLInputElement).value;
        const service = await call('services', { title, allowPublicCode: true }, accessToken);
        form.reset();
        this.#show(service);
      } finally {
        await call('auth/logout', undefined, accessToken).catch(() => undefined);
      }
    } catch (error) {
      say(this.error, error instanceof Refusal ? error.message : 'The server cannot be reached.');
    } finally {
      this.button.disabled = false;
    }
  }

  /** @param {Record<string, string>} service */
  #show({ title = '', hostToken = '', clientToken = '' }) {
    byId('service-name', HTMLElement).textContent = title;
    byId('host-token', HTMLInputElement).value = hostToken;
    byId('client-token', HTMLInputElement).value = clientToken;
    byId('open-client', HTMLAnchorElement).href = `/exhibit/#token=${encodeURIComponent(clientToken)}`;
    byId('new-service', HTMLDetailsElement).open = false;
    this.card.hidden = false;
    byId('service-title', HTMLElement).focus();
  }

  #forget() {
    for (const id of ['host-token', 'client-token']) byId(id, HTMLInputElement).value = '';
    byId('open-client', HTMLAnchorElement).removeAttribute('href');
    this.card.hidden = true;
  }
}

/** The server said no, in words for people. */
class Refusal extends Error {}

/**
 * @param {string} path below `/api/v1/`
 * @param {object} [body]
 * @param {string} [token]
 * @returns {Promise<Record<string, string>>}
 */
async function call(path, body, token) {
  const response = await fetch(`/api/v1/${path}`, {
    method: 'POST',
    headers: {
      ...(body && { 'Content-Type': 'application/json' }),
      ...(token && { Authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (response.ok) return answer;
  const faults = Array.isArray(answer.errors)
    ? answer.errors.map((/** @type {{ field: string, message: string }} */ { field, message }) => `${field} ${message}`)
    : [];
  throw new Refusal(faults.join(', ') || answer.detail || answer.title || `The server answered ${response.status}.`);
}
