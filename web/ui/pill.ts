import { byId } from './dom.js';

export type Tone = '' | 'good' | 'warn' | 'bad';

/**
 * Shows the state of the connection in the corner of the page. It is read aloud, so an unchanged text is left alone.
 */
export function setPill(tone: Tone, text: string): void {
  const pill = byId('pill', HTMLElement);
  pill.className = `pill ${tone}`;
  if (pill.textContent !== text) pill.textContent = text;
}
