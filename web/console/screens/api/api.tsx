import { useSearch } from '@tanstack/react-router';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { Command } from '../../../ui/content/values.js';
import { publicUrl } from '../../app/client.js';
import { type Search } from '../../app/search.js';
import { Tabs } from '../../data/tabs.js';
import { Workbench } from './workbench/workbench.js';

export function Api() {
  const search: Search = useSearch({ strict: false });
  return (
    <Page title="API">
      <Tabs label="Parts of this screen" tabs={[{ name: 'Reference' }, { name: 'Workbench', tab: 'workbench' }]} />
      {search['tab'] === 'workbench' ? <Workbench /> : <Reference />}
    </Page>
  );
}

function Reference() {
  return (
    <>
      <Panel title="Documents">
        <Facts
          facts={{
            'REST, to try out': <a href="/docs">Swagger</a>,
            'REST, for generators (OpenAPI 3.1)': <a href="/docs-json">/docs-json</a>,
            'REST, for older generators (OpenAPI 3.0)': <a href="/docs-json?openapi=3.0">/docs-json?openapi=3.0</a>,
            'Sockets and streams (AsyncAPI)': <a href="/docs-asyncapi">/docs-asyncapi</a>,
          }}
        />
      </Panel>
      <Panel title="Clients">
        <p>
          The TypeScript client speaks REST and all five socket protocols, in browsers and in Node. It lies in{' '}
          <code>clients/typescript</code> of the source; this console is made with it.
        </p>
        <Command>{'npm run client:build && npm pack --workspace @switchboard/client'}</Command>
        <p>Everything else speaks HTTP:</p>
        <Command>{`curl ${publicUrl}/api/v1/auth/login -H 'Content-Type: application/json' \\\n  -d '{"email":"you@example.org","password":"…"}'`}</Command>
      </Panel>
    </>
  );
}
