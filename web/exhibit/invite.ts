import qrcode from 'qrcode-generator';
import { byId } from '../ui/dom.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Modules of white space that readers need around a code. */
const MARGIN = 4;

/** How guests get in: code, link and QR code. */
export class Invite {
  private readonly card = byId('invite', HTMLElement);
  private readonly dialog = byId('large', HTMLDialogElement);

  constructor() {
    byId('qr-button', HTMLButtonElement).addEventListener('click', () => {
      this.dialog.showModal();
    });
  }

  hide() {
    this.card.hidden = true;
    this.dialog.close();
  }

  show(code: string): void {
    const link = guestLink(code);
    for (const id of ['code', 'large-code']) {
      const element = byId(id, HTMLElement);
      element.textContent = code;
      element.classList.toggle('long', code.length > 6);
    }
    byId('guest-link', HTMLInputElement).value = link;
    byId('local-hint', HTMLElement).hidden = !isLocal(new URL(link).hostname);
    this.card.hidden = false;
    const qr = qrcode(0, 'M');
    qr.addData(link);
    qr.make();
    byId('qr', HTMLElement).replaceChildren(draw(qr, link));
    byId('large-qr', HTMLElement).replaceChildren(draw(qr, link));
  }
}

/** The code is in the fragment, which browsers never send to a server. */
function guestLink(code: string) {
  const configured = document.querySelector('meta[name="public-url"]')?.getAttribute('content') ?? '';
  return `${configured === '' ? location.origin : configured}/exhibit/#code=${encodeURIComponent(code)}`;
}

function isLocal(host: string) {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
}

function draw(qr: { getModuleCount(): number; isDark(row: number, column: number): boolean }, link: string) {
  const count = qr.getModuleCount();
  const size = count + 2 * MARGIN;
  let path = '';
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      if (qr.isDark(row, column)) path += `M${column + MARGIN} ${row + MARGIN}h1v1h-1z`;
    }
  }
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'qr');
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `QR code of ${link}`);
  const modules = document.createElementNS(SVG, 'path');
  modules.setAttribute('d', path);
  modules.setAttribute('fill', '#000');
  svg.append(modules);
  return svg;
}
