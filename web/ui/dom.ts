/** The element of the page with this id. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page lacks #${id}`);
  return element;
}

/** An element with text. Only text can get in, so that what comes from the wire cannot become markup. */
export function make(tag: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/** Somebody else's text, in its own writing direction, whatever control characters it contains. */
export function foreign(text: string): HTMLElement {
  return make('bdi', '', text);
}

/** Shows a text, or hides its element when empty. */
export function say(element: HTMLElement, text: string): void {
  element.textContent = text;
  element.hidden = text === '';
}

/** A button with a text, an id for tests and an action. */
export function makeButton(className: string, testId: string, text: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  button.dataset['testid'] = testId;
  button.textContent = text;
  button.addEventListener('click', onClick);
  return button;
}
