export const PROTOCOLS = ['services', 'rooms', 'circles', 'signaling', 'omikron'] as const;

/** Texts that connections can be filtered by. */
export const PLACES = [
  'principal',
  'node',
  'application',
  'room',
  'service',
  'session',
  'circle',
  'account',
  'address',
] as const;
