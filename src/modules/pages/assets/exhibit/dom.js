/**
 * The element of the page with this id.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page lacks #${id}`);
  return element;
}

/**
 * An element with text in it. Text is all that ever gets in: what comes from the wire stays what it is.
 * @param {string} tag
 * @param {string} [className]
 * @param {...(string | Node)} content
 * @returns {HTMLElement}
 */
export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/**
 * A text of somebody else, in its own writing direction, whatever marks it carries.
 * @param {string} text
 */
export function foreign(text) {
  return make('bdi', '', text);
}

/**
 * Shows a text, or hides its place.
 * @param {HTMLElement} element
 * @param {string} text
 */
export function say(element, text) {
  element.textContent = text;
  element.hidden = text === '';
}

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

/** @param {HTMLInputElement} field */
async function copy(field) {
  field.focus();
  field.select();
  try {
    // Missing where the page came by plain HTTP from another computer.
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}
