/** What an account may do: `admin` runs the server, `user` uses it. */
export const ROLES = ['user', 'admin'] as const;

export type Role = (typeof ROLES)[number];
