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

/** What is in clear beside an entry. */
export type KeptValues = Omit<AuditPersonal, 'entry'>;

const TARGETS = new Map(Object.entries<StoredTarget>(STORED_TARGETS));

/**
 * Takes out of an entry what it says of people.
 * @param owner the account whose the target is; accounts are their own
 * @param callerDigest the same, of what is said of callers
 * @returns the entry with digests in these places; the values of the account that acts, by digest; and those of this entry
 *   alone, by account
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

/** What the digests of an entry stand for that are the caller's. */
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

/** Whoever signs in, or up, or fails to, is nobody yet but the one they try to be. */
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
  // An email is digested also when no account has it: somebody does.
  if (!target || (owned === undefined && target.kind !== 'account')) return [content];
  const { clear, changes } = splitChanges(content.changes, personal, digest);
  if (!personal.includes(label)) return [{ ...content, changes }, { changes: clear }];
  const shown = { ...target, label: target.label && digest(target.label) };
  return [
    { ...content, target: shown, changes },
    { targetLabel: target.label, changes: clear },
  ];
}

/** An entry as it was, as far as the values are still there; what is not what it was written as stays a digest. */
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

/** Of `{before, after}`. */
function eachText(value: Json, digest: Digest): Json {
  if (typeof value === 'string') return digest(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, eachText(each, digest)]));
}

const isObject = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idOf = ({ id }: AuditParty): number | undefined => (/^[1-9]\d{0,9}$/.test(id ?? '') ? Number(id) : undefined);
