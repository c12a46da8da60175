import { type DataSource } from 'typeorm';
import { macOf } from '../../common/audit/audit-record.js';
import { SystemClock } from '../../common/time/clock.js';
import { type AppConfig } from '../../config/app-config.js';
import { KeyRing } from '../../config/key-ring.js';
import { AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AUDIT_KEY } from '../../modules/audit/audit-keys.js';
import { AuditLog } from '../../modules/audit/audit-log.service.js';
import { recordOf } from '../../modules/audit/audit-records.js';
import { shareTransactions } from '../../modules/database/shared-transaction.js';
import { NodeIdentity } from '../../modules/realtime/node-identity.js';
import { CliError } from '../shared/cli-error.js';

/** The audit log for people without a session who have the server's settings. */
export class CommandLineAudit extends AuditLog {
  protected override readonly itself = { kind: 'commandLine', id: null, label: 'npm run admin' };

  /** @throws CliError when the settings are not the server's: entries made with another key would count as forged */
  static async open(config: AppConfig, dataSource: DataSource): Promise<CommandLineAudit> {
    const keys = KeyRing.open(config);
    const [last] = await dataSource.getRepository(AuditEntry).find({ order: { id: 'DESC' }, take: 1 });
    if (last && macOf(recordOf(last), keys.derive(AUDIT_KEY)) !== last.mac.toString('hex')) {
      throw new CliError("SECRET_KEY, or the secret-key in DATA_DIR, is not the server's; run this with its settings");
    }
    shareTransactions(dataSource);
    return new CommandLineAudit(dataSource, new NodeIdentity(), new SystemClock(), keys);
  }
}
