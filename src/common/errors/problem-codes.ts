/** Kinds of failure that every edge (REST, legacy text, socket frames, close codes) maps exhaustively. */
export type ErrorKind =
  | 'malformed'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'too_large'
  | 'unsupported_media_type'
  | 'invalid_input'
  | 'rate_limited'
  | 'no_space'
  | 'unavailable'
  | 'internal';

/**
 * The closed list of machine-readable problem codes (`code` in an `application/problem+json` body, RFC 9457). Each code
 * has exactly one kind, and the kind decides the status at each edge.
 */
export const PROBLEM_CODES = {
  malformed_body: { kind: 'malformed', title: 'The body could not be parsed' },
  malformed_request: { kind: 'malformed', title: 'The request could not be understood' },
  host_not_allowed: { kind: 'malformed', title: 'This host name is not served here' },
  invalid_credentials: { kind: 'unauthenticated', title: 'The credentials are wrong' },
  sign_in_failed: { kind: 'unauthenticated', title: 'The sign-in at the identity provider did not succeed' },
  unauthenticated: { kind: 'unauthenticated', title: 'A valid credential is needed' },
  token_reused: { kind: 'unauthenticated', title: 'The refresh token was used before; the login has ended' },
  forbidden: { kind: 'forbidden', title: 'This is not allowed' },
  insufficient_scope: { kind: 'forbidden', title: 'The machine key lacks the scope' },
  password_sign_in_off: { kind: 'forbidden', title: 'People sign in at the identity provider here' },
  sign_in_refused: { kind: 'forbidden', title: 'The identity provider gives no access here' },
  account_disabled: { kind: 'forbidden', title: 'The account is disabled' },
  registration_closed: { kind: 'forbidden', title: 'Only admins make accounts here' },
  not_found: { kind: 'not_found', title: 'There is no such resource' },
  method_not_allowed: { kind: 'method_not_allowed', title: 'This method is not allowed here' },
  conflict: { kind: 'conflict', title: 'The request conflicts with the current state' },
  already_exists: { kind: 'conflict', title: 'Such a resource exists already' },
  room_not_durable: { kind: 'conflict', title: 'The room keeps no messages' },
  epoch_changed: { kind: 'conflict', title: 'The epoch is another one by now' },
  count_changed: { kind: 'conflict', title: 'There are more or fewer by now' },
  last_admin: { kind: 'conflict', title: 'The last enabled admin must stay' },
  last_sign_in: { kind: 'conflict', title: 'Nobody could sign in to the account any more' },
  no_password: { kind: 'conflict', title: 'The account has no password' },
  range_not_satisfiable: { kind: 'malformed', title: 'There are no such bytes' },
  payload_too_large: { kind: 'too_large', title: 'The body is too large' },
  quota_exceeded: { kind: 'too_large', title: 'The quota is used up' },
  unsupported_media_type: { kind: 'unsupported_media_type', title: 'This media type is not supported' },
  unknown_subject: { kind: 'invalid_input', title: 'There is nobody and nothing of this name' },
  invalid_input: { kind: 'invalid_input', title: 'The request is not valid' },
  rate_limited: { kind: 'rate_limited', title: 'Too many requests' },
  storage_full: { kind: 'no_space', title: 'There is no space left to store it' },
  database_unavailable: { kind: 'unavailable', title: 'The database is away' },
  database_full: { kind: 'unavailable', title: 'The disk of the database is full' },
  broker_unavailable: { kind: 'unavailable', title: 'What the nodes share is away' },
  unavailable: { kind: 'unavailable', title: 'The server cannot do this right now' },
  internal_error: { kind: 'internal', title: 'Something went wrong on the server' },
} as const satisfies Record<string, { kind: ErrorKind; title: string }>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
