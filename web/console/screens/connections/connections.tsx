import { Page } from '../../../ui/content/page.js';
import { Command } from '../../../ui/content/values.js';
import { publicUrl } from '../../app/client.js';
import { ConnectionList } from './connection-list.js';

export function Connections() {
  return (
    <Page title="Connections">
      <ConnectionList
        name="connections"
        filters
        empty={{
          title: 'Nobody is connected',
          children: (
            <>
              <p>Sockets of all five protocols appear here as soon as they connect.</p>
              <Command>{`npx wscat -c ${publicUrl.replace(/^http/, 'ws')}/ws/`}</Command>
            </>
          ),
        }}
      />
    </Page>
  );
}
