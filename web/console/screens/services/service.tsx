import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ServiceDto, type ServiceSessionDto } from '@switchboard/client/rest';
import { Page, Panel } from '../../../ui/content/page.js';
import { Facts } from '../../../ui/content/facts.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { duration, plural } from '../../../ui/content/format.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMay } from '../../app/rights/may.js';
import { Connected } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { TryIt } from '../../data/try-it.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { EndSession } from './end-session.js';
import { ChangeService, RotateToken, SendToService } from './service-actions.js';

const route = getRouteApi('/services/$id');

export function Service() {
  const id = Number(route.useParams().id);
  const service = useLiveQuery(['service', id], (signal) => sdk.services.get({ path: { id }, signal }));
  return (
    <LoadedPage title="Service" query={service}>
      {(data) => <Details service={data} />}
    </LoadedPage>
  );
}

const columns = (serviceId: number): readonly Column<ServiceSessionDto>[] => [
  {
    header: 'Session',
    cell: ({ id, code }) => (
      <Link to="/services/$id/sessions/$session" params={{ id: String(serviceId), session: id }}>
        {code ?? id}
      </Link>
    ),
  },
  { header: 'Host', cell: ({ host }) => (host === null ? 'away' : <bdi>{host || 'without a name'}</bdi>) },
  { header: 'Clients', cell: ({ clients }) => clients, numeric: true },
  { header: 'Guests', cell: ({ guests }) => guests, numeric: true },
  { header: 'Since', cell: ({ startedAt }) => <Time at={startedAt} /> },
  { header: 'Id', cell: ({ id }) => <Id value={id} />, extra: true },
];

function Details({ service }: { service: ServiceDto }) {
  const may = useMay();
  const { id, title } = service;
  const path = { id };
  return (
    <Page
      title={title}
      above={[<Link to="/services">Services</Link>]}
      beside={<Id value={String(id)} />}
      actions={
        <>
          <TryIt channel="services" about={`service ${title}: bring its host token, client token or a live code`} />
          <SendToService id={id} />
          <ChangeService service={service} />
          <RotateToken id={id} />
          <DeleteService service={service} />
        </>
      }
    >
      <Facts
        facts={{
          'Public code': service.allowPublicCode ? `yes, ${service.codeLength} letters` : 'no',
          'Several hosts': service.allowMultipleHosts ? 'yes' : 'no',
          Targeting: service.targeting ? 'yes' : 'no',
          'Guest limit': service.guestLimit ?? 'none',
          'Host grace': duration(service.hostGraceSeconds),
          'Code lifetime': service.codeTtlSeconds === null ? 'as its session' : duration(service.codeTtlSeconds),
          Created: <Time at={service.createdAt} />,
          Changed: <Time at={service.updatedAt} />,
          Connections: <Connected which={{ service: String(id) }} />,
        }}
      />
      <Panel title="Live sessions">
        <List
          name="sessions"
          label="Live sessions"
          load={(query, _search, signal) => sdk.services.listSessions({ path, query, signal })}
          columns={columns(id)}
          keyOf={(session) => session.id}
          rowActions={
            may('services.endSession') ? (session) => <EndSession serviceId={id} session={session} /> : undefined
          }
          live
          empty={{
            title: 'No session is live',
            children: <p>One begins when a host connects with the host token. It appears here at once.</p>,
          }}
        />
      </Panel>
    </Page>
  );
}

function DeleteService({ service: { id, title } }: { service: ServiceDto }) {
  const navigate = useNavigate();
  return (
    <May do="services.delete">
      <ConfirmDialog
        verb="Delete service"
        title={`Delete service ${title}?`}
        onConfirm={() => sdk.services.delete({ path: { id } })}
        says="Service deleted"
        onDone={() => navigate({ to: '/services' })}
      >
        <Hits id={id} />
        <p>Its tokens and codes stop working. This cannot be undone.</p>
      </ConfirmDialog>
    </May>
  );
}

/** What is connected now, and will be closed. */
function Hits({ id }: { id: number }) {
  const { data } = useLiveQuery(['sessions of', id], (signal) =>
    sdk.services.listSessions({ path: { id }, query: { limit: 200 }, signal }),
  );
  if (data === undefined) return null;
  const sum = (count: 'clients' | 'guests') => data.items.reduce((total, session) => total + session[count], 0);
  const more = data.nextCursor === null ? '' : 'more than ';
  return (
    <p>
      Closes {more}
      {plural(data.items.length, 'live session')} with {plural(sum('clients'), 'client')} and{' '}
      {plural(sum('guests'), 'guest')}.
    </p>
  );
}
