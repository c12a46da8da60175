import { type EntityManager } from 'typeorm';

interface AccountReference {
  /** What happens to it when the account is removed. */
  readonly removal:
    | 'row goes'
    /** The row also concerns others: it stays, but no longer says whose it was. */
    | 'anonymous'
    /** The number stays, but no row has it any more. */
    | 'number stays';
  /** Its `kind` in the account's export; `null` when the export shows it elsewhere, or not at all. */
  readonly kind: string | null;
}

/** Every column that refers to an account. A test finds columns missing here. */
export const ACCOUNT_REFERENCES: Readonly<Record<string, AccountReference>> = {
  'users.id': { removal: 'row goes', kind: 'profile' },
  'identities.user_id': { removal: 'row goes', kind: 'identity' },
  'logins.user_id': { removal: 'row goes', kind: 'login' },
  'machine_keys.made_by': { removal: 'row goes', kind: 'machineKey' },
  'lobby_tokens.user_id': { removal: 'row goes', kind: 'lobbyToken' },
  'circle_members.user_id': { removal: 'row goes', kind: 'circle' },
  'circle_invites.email': { removal: 'row goes', kind: 'inviteReceived' },
  'circle_invites.invited_by': { removal: 'anonymous', kind: 'inviteSent' },
  'conversation_links.user_id': { removal: 'anonymous', kind: 'conversation' },
  'conversation_messages.author_id': { removal: 'anonymous', kind: 'message' },
  'media.user_id': { removal: 'anonymous', kind: 'media' },
  'media_garbage.user_id': { removal: 'anonymous', kind: 'upload' },
  'call_participants.user_id': { removal: 'anonymous', kind: 'call' },
  'calls.ended_by': { removal: 'number stays', kind: null },
  'revocations.subject': { removal: 'row goes', kind: 'revocation' },
  'revocations.created_by': { removal: 'number stays', kind: null },
  'audit_callers.user_id': { removal: 'row goes', kind: 'audit' },
  'audit_personal.user_id': { removal: 'row goes', kind: 'audit' },
  'audit_entries.actor_id': { removal: 'number stays', kind: 'audit' },
  'audit_entries.target_id': { removal: 'number stays', kind: 'audit' },
};

/** Removes what neither foreign keys nor features remove when an account ends. */
export async function removeTraces(manager: EntityManager, id: number): Promise<void> {
  await manager.query(`DELETE FROM "revocations" WHERE "selector" = 'user' AND "subject" = $1`, [String(id)]);
  await manager.query(`UPDATE "call_participants" SET "name" = '' WHERE "user_id" = $1`, [id]);
  await manager.query(`UPDATE "media_garbage" SET "user_id" = NULL WHERE "user_id" = $1`, [id]);
  for (const table of ['audit_callers', 'audit_personal'])
    await manager.query(`DELETE FROM "${table}" WHERE "user_id" = $1`, [id]);
}
