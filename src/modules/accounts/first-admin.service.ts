import path from 'node:path';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { normalizeEmail } from '../../common/security/email.js';
import { randomToken } from '../../common/security/random.js';
import { AppConfig } from '../../config/app-config.js';
import { secretFile } from '../../config/data-dir.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { Logins } from '../auth/logins/logins.service.js';
import { Passwords } from '../auth/logins/passwords.service.js';
import { AccountsRepository } from './accounts.repository.js';

const PASSWORD_FILE = 'admin-password';

/** Creates the first admin at boot, so that somebody can sign in to a fresh installation. */
@Injectable()
export class FirstAdmin implements OnApplicationBootstrap {
  private readonly logger = new Logger('FirstAdmin');

  constructor(
    private readonly repository: AccountsRepository,
    private readonly audit: AuditLog,
    private readonly passwords: Passwords,
    private readonly logins: Logins,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminEmail, adminPassword } = this.config.accounts;
    const email = normalizeEmail(adminEmail);
    const make = async () => {
      // The file comes first: after a crash in between, a password without an account is better than the opposite.
      const password = adminPassword ?? secretFile(this.config.storage.dataDir, PASSWORD_FILE, () => randomToken(18));
      const passwordHash = await this.passwords.hash(password);
      const passwordGenerated = adminPassword === undefined;
      const name = { firstName: 'First', lastName: 'Admin', birthday: null };
      return { email, passwordHash, passwordGenerated, madeAtBoot: true, ...name, role: 'admin' } as const;
    };
    const made = await this.audit.with(
      () => this.repository.insertFirstAdmin(make),
      (admin) =>
        admin && { action: 'accounts.create-admin', target: { kind: 'account', id: String(admin.id), label: email } },
    );
    if (made === undefined) return;
    this.logins.close(made.endedLogins);
    const where =
      adminPassword === undefined ? path.join(this.config.storage.dataDir, PASSWORD_FILE) : 'ADMIN_PASSWORD';
    this.logger.log(`created the first admin ${email}; the password is in ${where}`);
  }
}
