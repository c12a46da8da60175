import { AppError } from '../../common/errors/app-error.js';

/** What somebody is to a circle. A device belongs to the circle in whose home it stands. */
export type CircleStanding = 'admin' | 'member' | 'device' | 'none';

/**
 * What somebody is to a conversation. Membership of the circle is not enough, not even as its `ADMIN`. A device takes
 * part where the conversation gives devices access.
 */
export type ConversationStanding = 'admin' | 'participant' | 'device' | 'none';

const INSIDE = ['admin', 'member', 'device'] as const;
const PEOPLE = ['admin', 'member'] as const;
const ADMIN = ['admin'] as const;

/** Who may do what with a circle and what belongs to it. */
export const CIRCLE_RIGHTS = {
  read: INSIDE,
  /** Its room on the socket. */
  join: INSIDE,
  update: PEOPLE,
  delete: ADMIN,
  leave: PEOPLE,
  listMembers: INSIDE,
  kick: ADMIN,
  changePrivilege: ADMIN,
  listInvites: PEOPLE,
  invite: PEOPLE,
  withdrawInvite: PEOPLE,
  manageDevices: ADMIN,
  createConversation: PEOPLE,
  listConversations: INSIDE,
} as const satisfies Record<string, readonly CircleStanding[]>;

const TAKING_PART = ['admin', 'participant', 'device'] as const;
const PARTICIPANTS = ['admin', 'participant'] as const;

/** Who may do what with a conversation and what belongs to it. */
export const CONVERSATION_RIGHTS = {
  read: TAKING_PART,
  /** Its room on the socket, and sending `writing` to it. */
  join: TAKING_PART,
  update: ADMIN,
  delete: ADMIN,
  invite: ADMIN,
  kick: ADMIN,
  promote: ADMIN,
  leave: PARTICIPANTS,
  listMessages: TAKING_PART,
  send: TAKING_PART,
  markRead: PARTICIPANTS,
  readMedia: TAKING_PART,
} as const satisfies Record<string, readonly ConversationStanding[]>;

export type CircleAction = keyof typeof CIRCLE_RIGHTS;
export type ConversationAction = keyof typeof CONVERSATION_RIGHTS;

/** What only the author may do with a message, as long as they take part in the conversation. */
export type MessageAction = 'edit' | 'delete' | 'uploadMedia' | 'deleteMedia';

export function mayInCircle(standing: CircleStanding, action: CircleAction): boolean {
  return (CIRCLE_RIGHTS[action] as readonly CircleStanding[]).includes(standing);
}

export function mayInConversation(standing: ConversationStanding, action: ConversationAction): boolean {
  return (CONVERSATION_RIGHTS[action] as readonly ConversationStanding[]).includes(standing);
}

/** @throws AppError `not_found` for those who may not know of the circle, `forbidden` for others */
export function demandInCircle(standing: CircleStanding, action: CircleAction): void {
  if (mayInCircle(standing, action)) return;
  throw mayInCircle(standing, 'read') ? notAllowed() : notThere();
}

/** @throws AppError `not_found` for those who may not know of the conversation, `forbidden` for others */
export function demandInConversation(standing: ConversationStanding, action: ConversationAction): void {
  if (mayInConversation(standing, action)) return;
  throw mayInConversation(standing, 'read') ? notAllowed() : notThere();
}

/** @throws AppError `not_found` for those who do not take part, `forbidden` for those who are not the author */
export function demandOfMessage(standing: ConversationStanding, isAuthor: boolean, _action: MessageAction): void {
  if (!mayInConversation(standing, 'read')) throw notThere();
  if (!isAuthor) throw notAllowed();
}

export const notThere = (): AppError => new AppError('not_found', 'There is no such resource.');
const notAllowed = (): AppError => new AppError('forbidden', 'Your role here does not allow this.');
