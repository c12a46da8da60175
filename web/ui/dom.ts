/** The element of the page with this id. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page lacks #${id}`);
  return element;
}

/** An element with text in it. Text is all that ever gets in: what comes from the wire stays what it is. */
export function make(tag: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  return element;
}

/** A text of somebody else, in its own writing direction, whatever marks it carries. */
export function foreign(text: string): HTMLElement {
  return make('bdi', '', text);
}

/** Shows a text, or hides its place. */
export function say(element: HTMLElement, text: string): void {
  element.textContent = text;
  element.hidden = text === '';
}

/** A button with a text, an id for tests and what it does. */
export function makeButton(className: string, testId: string, text: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = className;
  button.dataset['testid'] = testId;
  button.textContent = text;
  button.addEventListener('click', onClick);
  return button;
}
