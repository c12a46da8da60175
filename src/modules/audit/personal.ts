import {
  type AuditContent,
  type AuditParty,
  type AuditRecord,
  canonicalJson,
  type Json,
} from '../../common/audit/audit-record.js';
import { type AuditPersonal } from '../../entities/audit/audit-personal.entity.js';
import { type CallerValue } from './callers.js';
import { STORED_TARGETS, type StoredTarget } from './audit-targets.js';

type Values = Omit<KeptValues, 'entryId'>;
type Members = Readonly<Record<string, Json>>;
type Digest = (text: string) => string;

/** The clear text kept beside an entry. */
export type KeptValues = Omit<AuditPersonal, 'entry'>;

const TARGETS = new Map(Object.entries<StoredTarget>(STORED_TARGETS));

/**
 * Takes personal data out of an entry.
 * @param owner the account that the target belongs to; an account belongs to itself
 * @param callerDigest `digest` for values of the caller
 * @returns the entry, with digests instead; the acting account's values, by digest; and the values of this entry alone, by
 *   account
 */
export function withoutPersonal(
  content: AuditContent,
  owner: number | undefined,
  digest: Digest,
  callerDigest = digest,
): { readonly content: AuditContent; readonly caller: readonly CallerValue[]; readonly personal: readonly Values[] } {
  const owned = owner ?? (content.target?.kind === 'account' ? idOf(content.target) : undefined);
  const caller = callerOf(content, owned);
  const [withoutCaller, ofCaller] = caller === undefined ? [content] : splitCaller(content, callerDigest);
  const [without, ofTarget] = splitTarget(withoutCaller, owned, digest);
  const isKnown = caller !== undefined && content.actor.kind === 'user';
  const ofEntry = isKnown ? undefined : ofCaller;
  const personal = owned === undefined ? [] : [{ ...NOTHING, ...ofEntry, ...ofTarget, userId: owned }];
  return {
    content: without,
    caller: isKnown ? valuesOf(caller, content, withoutCaller) : [],
    personal: personal.filter(isTelling),
  };
}

/** The clear text of the digests in an entry that belong to the caller. */
function valuesOf(userId: number, clear: AuditContent, digested: AuditContent): CallerValue[] {
  const pairs = [
    [digested.actor.label, clear.actor.label],
    [digested.address, clear.address],
    [digested.userAgent, clear.userAgent],
  ] as const;
  return pairs.flatMap(([digest, value]) => (digest === null || value === null ? [] : { userId, digest, value }));
}

const NOTHING = { actorLabel: null, targetLabel: null, address: null, userAgent: null, changes: null };

const isTelling = ({ userId: _user, ...values }: Values): boolean =>
  Object.values(values).some((each) => each !== null);

/** Somebody who signs in or up, or fails to, has no account yet: their data belongs to the account they try. */
function callerOf({ actor, target }: AuditContent, owned: number | undefined): number | undefined {
  if (actor.kind === 'user') return idOf(actor);
  return actor.kind === 'anonymous' && target?.kind === 'account' ? owned : undefined;
}

function splitCaller(content: AuditContent, digest: Digest): [AuditContent, Partial<Values>] {
  const { actor, address, userAgent } = content;
  const of = (text: string | null) => text && digest(text);
  const caller = { actor: { ...actor, label: of(actor.label) }, address: of(address), userAgent: of(userAgent) };
  return [
    { ...content, ...caller },
    { actorLabel: actor.label, address, userAgent },
  ];
}

function splitTarget(
  content: AuditContent,
  owned: number | undefined,
  digest: Digest,
): [AuditContent, Partial<Values>?] {
  const { target } = content;
  const { personal = [], label = '' } = TARGETS.get(target?.kind ?? '') ?? {};
  // An email without an account is digested as well: it is still somebody's.
  if (!target || (owned === undefined && target.kind !== 'account')) return [content];
  const { clear, changes } = splitChanges(content.changes, personal, digest);
  if (!personal.includes(label)) return [{ ...content, changes }, { changes: clear }];
  const shown = { ...target, label: target.label && digest(target.label) };
  return [
    { ...content, target: shown, changes },
    { targetLabel: target.label, changes: clear },
  ];
}

/** The original entry, as far as its values are still kept. A value that does not match its digest is not shown. */
export function withPersonal(record: AuditRecord, values: readonly Values[], digest: Digest): AuditRecord {
  let shown = record;
  for (const { actorLabel, targetLabel, address, userAgent, changes } of values) {
    const of = (written: string | null, value: string | null) =>
      value !== null && written === digest(value) ? value : written;
    const { actor, target } = shown;
    shown = {
      ...shown,
      actor: { ...actor, label: of(actor.label, actorLabel) },
      target: target && { ...target, label: of(target.label, targetLabel) },
      address: of(shown.address, address),
      userAgent: of(shown.userAgent, userAgent),
      changes: changes === null ? shown.changes : merged(shown.changes, JSON.parse(changes) as Members, digest),
    };
  }
  return shown;
}

function splitChanges(
  changes: Json,
  members: readonly string[],
  digest: Digest,
): { clear: string | null; changes: Json } {
  if (!isObject(changes)) return { clear: null, changes };
  const personal = Object.entries(changes).filter(([name]) => members.includes(name));
  if (personal.length === 0) return { clear: null, changes };
  const digested = personal.map(([name, value]) => [name, eachText(value, digest)] as const);
  return {
    clear: JSON.stringify(Object.fromEntries(personal)),
    changes: { ...changes, ...Object.fromEntries(digested) },
  };
}

function merged(written: Json, clear: Members, digest: Digest): Json {
  if (!isObject(written)) return written;
  const same = Object.entries(clear).filter(
    ([name, value]) => canonicalJson(written[name] ?? null) === canonicalJson(eachText(value, digest)),
  );
  return { ...written, ...Object.fromEntries(same) };
}

/** Digests every text, also those inside `{before, after}`. */
function eachText(value: Json, digest: Digest): Json {
  if (typeof value === 'string') return digest(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, eachText(each, digest)]));
}

const isObject = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = ({ id }: AuditParty): number | undefined => (/^[1-9]\d{0,9}$/.test(id ?? '') ? Number(id) : undefined);
