import { SwitchboardProblem } from '@switchboard/client/rest';
import { useState } from 'react';
import { number, plural } from '../../../ui/content/format.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { type Search } from '../../app/search.js';
import { useConnectionCount } from '../../data/live/connected.js';
import { connectionQuery } from './places.js';

/** Closes all connections that match the address, but only if there are about as many as were shown. */
export function DisconnectMatching({ search }: { search: Search }) {
  const query = connectionQuery(search);
  const [tries, setTries] = useState(0);
  const { data, refetch } = useConnectionCount(query);
  if (data === undefined || data.total === 0 || Object.keys(query).length === 0) return null;
  return (
    <May do="connections.deleteMatching">
      <FormDialog
        label={`Disconnect all ${number(data.total)} that match`}
        title="Disconnect all that match?"
        kind="danger"
        submit="Disconnect all"
        onSubmit={async (values) => {
          const expect = values.number('expect') ?? 0;
          try {
            await sdk.connections.deleteMatching({ query: { ...query, expect } });
            return expect;
          } catch (error) {
            if (error instanceof SwitchboardProblem && error.code === 'count_changed') {
              await refetch();
              setTries(tries + 1);
            }
            throw error;
          }
        }}
        says={(count) => `Disconnected ${number(count)}`}
      >
        <Expected key={tries} count={data.total} />
        {data.missing.length > 0 && (
          <p>Nodes that are silent now: {data.missing.join(', ')}. They must answer first.</p>
        )}
      </FormDialog>
    </May>
  );
}

/**
 * The number when the dialog was opened, or when it was last told of a change: what somebody agrees to must not move.
 */
function Expected({ count }: { count: number }) {
  const [shown] = useState(count);
  return (
    <>
      <input type="hidden" name="expect" value={shown} />
      <p>
        Closes {plural(shown, 'connection')}. Nothing keeps them from coming back: for that, revoke their credentials.
      </p>
    </>
  );
}
