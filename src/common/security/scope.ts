/** What a scope allows: asking, or changing as well as asking for what the change answers. */
export const SCOPE_ACTS = ['read', 'write'] as const;
type ScopeAct = (typeof SCOPE_ACTS)[number];

/** `services:read`: a tag of the API document and an act; `*` stands for every tag. */
export type Scope = `${string}:${ScopeAct}`;

/** The scope a route asks of a machine key. */
export function scopeOf(tag: string, method: string): Scope {
  return `${tag}:${['get', 'head'].includes(method.toLowerCase()) ? 'read' : 'write'}`;
}

/** Whether one of `held` allows what `needed` does. */
export function covers(held: readonly string[], needed: string): boolean {
  return held.includes(needed) || held.includes(needed.replace(/^[^:]*/, '*'));
}
