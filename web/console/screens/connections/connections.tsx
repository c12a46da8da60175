import { useSearch } from '@tanstack/react-router';
import { Page } from '../../../ui/content/page.js';
import { Command } from '../../../ui/content/values.js';
import { publicUrl } from '../../app/client.js';
import { type Search } from '../../app/search.js';
import { Tabs } from '../../data/tabs.js';
import { ConnectionList } from './connection-list.js';
import { DisconnectMatching } from './disconnect-matching.js';
import { EndedList } from './ended-list.js';

export function Connections() {
  const search: Search = useSearch({ strict: false });
  const ended = search['tab'] === 'ended';
  return (
    <Page title="Connections" actions={!ended && <DisconnectMatching search={search} />}>
      <Tabs label="Which connections" tabs={[{ name: 'Live' }, { name: 'Ended', tab: 'ended' }]} />
      {ended ? (
        <EndedList />
      ) : (
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
      )}
    </Page>
  );
}
