import { byId } from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Modules of white that readers need around a code. */
const MARGIN = 4;

/** How guests get in: code, link and QR code. */
export class Invite {
  constructor() {
    this.card = byId('invite', HTMLElement);
    this.dialog = byId('large', HTMLDialogElement);
    byId('qr-button', HTMLButtonElement).addEventListener('click', () => this.dialog.showModal());
  }

  hide() {
    this.card.hidden = true;
    this.dialog.close();
  }

  /** @param {string} code */
  async show(code) {
    const link = guestLink(code);
    for (const id of ['code', 'large-code']) {
      const element = byId(id, HTMLElement);
      element.textContent = code;
      element.classList.toggle('long', code.length > 6);
    }
    byId('guest-link', HTMLInputElement).value = link;
    byId('local-hint', HTMLElement).hidden = !isLocal(new URL(link).hostname);
    this.card.hidden = false;
    const { default: qrcode } = await import('../vendor/qrcode.js');
    const qr = qrcode(0, 'M');
    qr.addData(link);
    qr.make();
    byId('qr', HTMLElement).replaceChildren(draw(qr, link));
    byId('large-qr', HTMLElement).replaceChildren(draw(qr, link));
  }
}

/** The code stands in the fragment, which no browser sends to any server. @param {string} code */
function guestLink(code) {
  const configured = document.querySelector('meta[name="public-url"]')?.getAttribute('content');
  return `${configured || location.origin}/exhibit/#code=${encodeURIComponent(code)}`;
}

/** @param {string} host */
function isLocal(host) {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
}

/**
 * @param {{ getModuleCount(): number, isDark(row: number, column: number): boolean }} qr
 * @param {string} link
 */
function draw(qr, link) {
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
