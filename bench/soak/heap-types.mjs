// What a heap consists of, by its snapshot, in the format that DevTools reads.
import { readFileSync } from 'node:fs';

/** What a program makes. The rest is V8's: code that it compiles for what is called often, shapes, its own lists. */
const DATA = new Set([
  'array',
  'closure',
  'concatenated string',
  'number',
  'object',
  'regexp',
  'sliced string',
  'string',
]);

/** @returns bytes of data and of all else in a snapshot written by `writeHeapSnapshot` */
export function heapTypes(file) {
  const { snapshot, nodes } = JSON.parse(readFileSync(file, 'utf8'));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = ['type', 'self_size'].map((name) => fields.indexOf(name));
  const sum = { data: 0, other: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    sum[DATA.has(types[type][nodes[at + type]]) ? 'data' : 'other'] += nodes[at + size];
  }
  return sum;
}
