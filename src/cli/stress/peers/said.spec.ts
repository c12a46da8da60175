import { expect, it } from 'vitest';
import { Said } from './said.js';

it('recognizes its own messages, of any size and alphabet, and nothing else', () => {
  const said = new Said();
  for (let n = 0; n < 16; n++) {
    const message = said.make(`w0:${n}`, 500);
    expect(said.identify(message)).toBe(`w0:${n}`);
    expect(Math.abs(Buffer.byteLength(JSON.stringify(message)) - 500)).toBeLessThan(12);
    expect(said.identify(message.slice(0, -1))).toBeUndefined();
    expect(said.identify(`${message}x`)).toBeUndefined();
  }
  expect(said.identify('w0:99')).toBeUndefined();
  expect(said.identify({ text: 'w0:1' })).toBeUndefined();
});
