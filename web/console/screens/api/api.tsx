import { Page, Panel } from '../../../ui/content/page.js';
import { Facts } from '../../../ui/content/facts.js';

export function Api() {
  return (
    <Page title="API">
      <Panel title="Reference">
        <Facts
          facts={{
            'REST, to try out': <a href="/docs">Swagger</a>,
            'REST, for generators': <a href="/docs-json">OpenAPI document</a>,
          }}
        />
      </Panel>
    </Page>
  );
}
