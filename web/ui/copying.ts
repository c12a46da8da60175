import { byId } from './dom.js';

/** Makes every button with `data-copy` copy the field it names. */
export function enableCopying() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const field = byId(button.dataset['copy'] ?? '', HTMLInputElement);
    const label = button.firstChild;
    button.addEventListener('click', () => {
      void copy(field).then((done) => {
        if (label) label.textContent = done ? 'Copied' : 'Press Ctrl+C';
        setTimeout(() => {
          if (label) label.textContent = 'Copy';
        }, 2000);
      });
    });
  }
}

async function copy(field: HTMLInputElement) {
  field.focus();
  field.select();
  try {
    // Not available on pages loaded over plain HTTP from another computer.
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}
