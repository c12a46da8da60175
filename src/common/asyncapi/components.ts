import { type AsyncApiMessage, type Json, type Reference } from './async-api.js';
import { type Message } from './contract.js';

/** The components of a document: its messages, and every schema with a name (`$id`), however deeply nested. */
export class AsyncApiComponents {
  readonly messages: Record<string, AsyncApiMessage> = {};
  readonly schemas: Record<string, Json> = {};
  /** What each name stands for, as JSON. */
  private readonly meanings = new Map<string, string>();

  /** @throws Error when another message has this name */
  add({ name, title, summary, headers, payload, examples }: Message): void {
    const component: AsyncApiMessage = {
      name,
      title,
      summary,
      ...(headers && { headers: this.hoisted(headers) as Reference }),
      payload: this.hoisted(payload) as Reference,
      examples: examples.map((example) => ({ payload: example })),
    };
    this.claim(`message ${name}`, component);
    this.messages[name] = component;
  }

  /** `node` with named schemas replaced by references. */
  private hoisted(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((each) => this.hoisted(each));
    if (typeof node !== 'object' || node === null) return node;
    const { $id: name, ...rest } = node as Json;
    const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, this.hoisted(value)]));
    if (typeof name !== 'string') return schema;
    this.claim(`schema ${name}`, schema);
    this.schemas[name] = schema;
    return { $ref: `#/components/schemas/${name}` };
  }

  private claim(name: string, component: object): void {
    const meaning = JSON.stringify(component);
    if ((this.meanings.get(name) ?? meaning) !== meaning) throw new Error(`Two meanings: ${name}`);
    this.meanings.set(name, meaning);
  }
}
