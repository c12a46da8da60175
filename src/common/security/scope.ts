/** What a scope allows: reading, or changing (including reading what the change returns). */
export const SCOPE_ACTS = ['read', 'write'] as const;
type ScopeAct = (typeof SCOPE_ACTS)[number];

/** E.g. `services:read`: a tag of the API document and an act; `*` stands for every tag. */
export type Scope = `${string}:${ScopeAct}`;

/** The scope that a route requires of a machine key. */
export function scopeOf(tag: string, method: string): Scope {
  return `${tag}:${['get', 'head'].includes(method.toLowerCase()) ? 'read' : 'write'}`;
}

/** Whether one of the scopes `held` includes the scope `needed`. */
export function covers(held: readonly string[], needed: string): boolean {
  return held.includes(needed) || held.includes(needed.replace(/^[^:]*/, '*'));
}
