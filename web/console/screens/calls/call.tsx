import { type CallDto, type CallParticipantDto } from '@switchboard/client/rest';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { Table } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { absolute } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { queryClient } from '../../app/queries.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLive } from '../../data/live/use-live.js';
import { LIVE_MS, useLiveQuery } from '../../data/live/use-live-query.js';
import { EndCall } from './end-call.js';
import { Outcome, reasonOf } from './outcome.js';
import styles from './call.module.css';

const route = getRouteApi('/calls/$id');

export function Call() {
  const id = Number(route.useParams().id);
  const isTold = useLive<'calls'>('calls', () => ({ topic: 'calls' }), {
    news: (calls) => {
      const changed = calls.find((each) => each.id === id);
      if (changed !== undefined) queryClient.setQueryData(['call', id], changed);
    },
  });
  const call = useLiveQuery(
    ['call', id],
    (signal) => sdk.calls.get({ path: { id }, signal }),
    isTold ? false : LIVE_MS,
  );
  return (
    <LoadedPage title="Call" query={call}>
      {(data) => <Details call={data} />}
    </LoadedPage>
  );
}

function Details({ call }: { call: CallDto }) {
  const { id, callId, protocol, startedAt, answeredAt, endedAt, endedBy, participants } = call;
  return (
    <Page
      title={`Call ${id}`}
      above={[<Link to="/calls">Calls</Link>]}
      beside={<Outcome call={call} />}
      actions={call.state !== 'ended' && <EndCall call={call} />}
    >
      <Facts
        facts={{
          Protocol: protocol,
          'Id on the wire': callId && <Id value={callId} />,
          Started: <Time at={startedAt} />,
          Answered: <Time at={answeredAt} />,
          Ended: <Time at={endedAt} />,
          'Ended by': endedBy && <EndedBy value={endedBy} />,
          Reason: reasonOf(call),
        }}
      />
      <Panel title="Participants">
        <Table
          label="Participants"
          columns={[
            { header: 'Name', cell: ({ name }: CallParticipantDto) => <bdi>{name || 'without a name'}</bdi> },
            { header: 'Account', cell: ({ userId }) => (userId === undefined ? null : <Account id={userId} />) },
            { header: 'Joined', cell: ({ joinedAt }) => <Time at={joinedAt} /> },
            { header: 'Left', cell: ({ leftAt }) => <Time at={leftAt} /> },
            { header: 'Microphone', cell: ({ muted }) => (muted ? 'off' : 'on') },
            { header: 'Camera', cell: ({ videoOff }) => (videoOff ? 'off' : 'on') },
            { header: 'Socket', cell: ({ sid }) => <Id value={sid} /> },
          ]}
          items={participants}
          keyOf={({ sid }) => sid}
        />
      </Panel>
      <Panel title="Timeline">
        <Timeline call={call} />
      </Panel>
    </Page>
  );
}

function Account({ id }: { id: number }) {
  return (
    <Link to="/accounts/$id" params={{ id: String(id) }}>
      account {id}
    </Link>
  );
}

/** A participant's socket or user, or the account that ended it from outside. */
function EndedBy({ value }: { value: string }) {
  const account = /^account:(\d+)$/.exec(value)?.[1];
  return account === undefined ? <Id value={value} /> : <Account id={Number(account)} />;
}

function Timeline({ call: { startedAt, answeredAt, endedAt, participants, outcome } }: { call: CallDto }) {
  const who = (name: string) => name || 'Somebody without a name';
  const moments: (readonly [string | null, string])[] = [
    [startedAt, 'It began to ring.'],
    [answeredAt, 'It was answered.'],
    ...participants.flatMap(({ name, joinedAt, leftAt }) => [
      [joinedAt, `${who(name)} came in.`] as const,
      [leftAt, `${who(name)} left.`] as const,
    ]),
    [endedAt, `It ended: ${outcome ?? 'without an outcome'}.`],
  ];
  return (
    <ol className={styles['timeline']}>
      {moments
        .filter((moment): moment is readonly [string, string] => moment[0] !== null)
        .sort(([a], [b]) => Date.parse(a) - Date.parse(b))
        .map(([at, what], i) => (
          <li key={i}>
            <time dateTime={at}>{absolute(Date.parse(at))}</time> <bdi>{what}</bdi>
          </li>
        ))}
    </ol>
  );
}
