/** What machine keys can be allowed to do, by tag of the API document; a spec checks it against that. */
export const SCOPED_TAGS: Readonly<Record<string, readonly ('read' | 'write')[]>> = {
  accounts: ['read', 'write'],
  applications: ['read', 'write'],
  audit: ['read'],
  calls: ['read', 'write'],
  config: ['read'],
  connections: ['read', 'write'],
  lobby: ['read', 'write'],
  'machine-keys': ['read', 'write'],
  nodes: ['read', 'write'],
  omikron: ['read', 'write'],
  revocations: ['read', 'write'],
  services: ['read', 'write'],
};

/** The same as lines of check boxes, and one for everything. */
export const SCOPE_LINES = Object.entries({ '*': ['read', 'write'] as const, ...SCOPED_TAGS }).map(([tag, acts]) => ({
  label: tag === '*' ? 'everything' : tag,
  options: acts.map((act) => ({ value: `${tag}:${act}`, label: act })),
}));
