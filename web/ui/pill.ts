import { byId } from './dom.js';

export type Tone = '' | 'good' | 'warn' | 'bad';

/** Says in the corner of the page how its connection is. Read aloud, so an unchanged text stays untouched. */
export function setPill(tone: Tone, text: string): void {
  const pill = byId('pill', HTMLElement);
  pill.className = `pill ${tone}`;
  if (pill.textContent !== text) pill.textContent = text;
}
