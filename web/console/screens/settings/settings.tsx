import { Page } from '../../../ui/content/page.js';
import { Empty } from '../../../ui/feedback/notice.js';

export function Settings() {
  return (
    <Page title="Settings">
      <Empty title="This server does not tell its settings yet">
        <p>They are environment variables of the process; docs/configuration.md describes each.</p>
      </Empty>
    </Page>
  );
}
