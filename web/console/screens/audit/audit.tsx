import { Page } from '../../../ui/content/page.js';
import { Empty } from '../../../ui/feedback/notice.js';

export function AuditLog() {
  return (
    <Page title="Audit log">
      <Empty title="This server keeps no audit log yet">
        <p>Its log lines name who closed, revoked or changed something.</p>
      </Empty>
    </Page>
  );
}
