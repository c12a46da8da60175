import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { paginate, type ServiceSessionDto } from '@switchboard/client/rest';
import { Printer } from 'lucide-react';
import { Button } from '../../../ui/actions/button.js';
import { Facts } from '../../../ui/content/facts.js';
import { Page } from '../../../ui/content/page.js';
import { Qr } from '../../../ui/content/qr.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Empty } from '../../../ui/feedback/notice.js';
import { publicUrl, sdk } from '../../app/client.js';
import { Connected } from '../../data/live/connected.js';
import { LoadedPage } from '../../data/loaded.js';
import { TryIt } from '../../data/try-it.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { EndSession } from './end-session.js';
import styles from './session.module.css';

const route = getRouteApi('/services/$id/sessions/$session');

/** Searches the list of sessions, since the API has no address for a single one. */
async function findSession(id: number, session: string, signal: AbortSignal): Promise<ServiceSessionDto | null> {
  const all = paginate(sdk.services.listSessions, { path: { id }, query: { limit: 200 }, signal });
  for await (const item of all) if (item.id === session) return item;
  return null;
}

export function Session() {
  const { id, session } = route.useParams();
  const serviceId = Number(id);
  const query = useLiveQuery(['session', serviceId, session], (signal) => findSession(serviceId, session, signal));
  return (
    <LoadedPage title="Session" query={query}>
      {(found) => (found === null ? <Over id={id} /> : <Details serviceId={serviceId} session={found} />)}
    </LoadedPage>
  );
}

function Over({ id }: { id: string }) {
  return (
    <Page title="Session" above={[<Link to="/services">Services</Link>]}>
      <Empty title="This session has ended">
        <Link to="/services/$id" params={{ id }}>
          Live sessions of its service
        </Link>
      </Empty>
    </Page>
  );
}

function Details({ serviceId, session }: { serviceId: number; session: ServiceSessionDto }) {
  const { code, host, clients, guests, startedAt, id } = session;
  const navigate = useNavigate();
  const service = { id: String(serviceId) };
  return (
    <Page
      title={code === null ? 'Session' : `Session ${code}`}
      above={[
        <Link to="/services">Services</Link>,
        <Link to="/services/$id" params={service}>
          Service {serviceId}
        </Link>,
      ]}
      actions={
        <>
          {code !== null && <TryIt channel="services" about={`session ${code}, as a guest`} credential={code} />}
          {code !== null && (
            <Button
              icon={<Printer size={14} aria-hidden />}
              onClick={() => {
                print();
              }}
            >
              Print
            </Button>
          )}
          <EndSession
            serviceId={serviceId}
            session={session}
            onDone={() => navigate({ to: '/services/$id', params: service })}
          />
        </>
      }
    >
      {code !== null && (
        <figure className={styles['invite']}>
          <p className={styles['code']}>{code}</p>
          <Qr text={`${publicUrl}/exhibit/#code=${encodeURIComponent(code)}`} />
          <figcaption>Scan to join, or enter the code.</figcaption>
        </figure>
      )}
      <Facts
        facts={{
          Host: host === null ? 'away' : <bdi>{host || 'without a name'}</bdi>,
          Clients: clients,
          Guests: guests,
          Since: <Time at={startedAt} />,
          Id: <Id value={id} />,
          Connections: <Connected which={{ session: id }} />,
        }}
      />
    </Page>
  );
}
