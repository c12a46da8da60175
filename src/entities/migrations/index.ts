import { Accounts1767225600000 } from './1767225600000-accounts.js';
import { Services1767229200000 } from './1767229200000-services.js';
import { Rooms1767232800000 } from './1767232800000-rooms.js';
import { Omikron1767236400000 } from './1767236400000-omikron.js';
import { Circles1767240000000 } from './1767240000000-circles.js';
import { Calls1767243600000 } from './1767243600000-calls.js';
import { LobbyTokens1767243660000 } from './1767243660000-lobby-tokens.js';
import { Revocations1767247200000 } from './1767247200000-revocations.js';
import { Nodes1767250800000 } from './1767250800000-nodes.js';
import { AppendInGroups1767254400000 } from './1767254400000-append-in-groups.js';
import { InvitesByEmail1767260100000 } from './1767260100000-invites-by-email.js';
import { MediaQuota1767268920000 } from './1767268920000-media-quota.js';
import { AdminSearch1767270060000 } from './1767270060000-admin-search.js';
import { MadeByKey1767270120000 } from './1767270120000-made-by-key.js';
import { LoginUse1767270180000 } from './1767270180000-login-use.js';
import { Roles1767270240000 } from './1767270240000-roles.js';
import { MachineKeys1767270300000 } from './1767270300000-machine-keys.js';
import { TokenIssuers1767270360000 } from './1767270360000-token-issuers.js';
import { Audit1767270420000 } from './1767270420000-audit.js';
import { GeneratedPasswords1767270480000 } from './1767270480000-generated-passwords.js';
import { NodeAbsences1767270540000 } from './1767270540000-node-absences.js';
import { AuditPersonal1767270600000 } from './1767270600000-audit-personal.js';
import { Identities1767270660000 } from './1767270660000-identities.js';
import { LoginsByIdentity1767270720000 } from './1767270720000-logins-by-identity.js';
import { AuditCallers1767270780000 } from './1767270780000-audit-callers.js';

/** Every migration in the order it was written; listed by hand like the entities. */
export const MIGRATIONS = [
  Accounts1767225600000,
  Services1767229200000,
  Rooms1767232800000,
  Omikron1767236400000,
  Circles1767240000000,
  Calls1767243600000,
  LobbyTokens1767243660000,
  Revocations1767247200000,
  Nodes1767250800000,
  AppendInGroups1767254400000,
  InvitesByEmail1767260100000,
  MediaQuota1767268920000,
  AdminSearch1767270060000,
  MadeByKey1767270120000,
  LoginUse1767270180000,
  Roles1767270240000,
  MachineKeys1767270300000,
  TokenIssuers1767270360000,
  Audit1767270420000,
  GeneratedPasswords1767270480000,
  NodeAbsences1767270540000,
  AuditPersonal1767270600000,
  Identities1767270660000,
  LoginsByIdentity1767270720000,
  AuditCallers1767270780000,
] as const;
