import { expect, it } from 'vitest';
import { type Connection } from '../connection.js';
import { Members } from './members.js';

it('counts deliveries to its members in the current period and the previous one', () => {
  const members = new Members();
  members.add({} as Connection);
  members.deliver(0);
  members.add({} as Connection);
  members.deliver(0);
  expect(members.deliveredLately(0)).toBe(3);
  members.deliver(1);
  expect(members.deliveredLately(1)).toBe(5);
  expect(members.deliveredLately(2)).toBe(2);
  expect(members.deliveredLately(4)).toBe(0);
});
