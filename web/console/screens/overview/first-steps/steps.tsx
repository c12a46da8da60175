import { Link } from '@tanstack/react-router';
import { Check } from 'lucide-react';
import { type ReactNode } from 'react';
import { Button, buttonClass } from '../../../../ui/actions/button.js';
import { plural } from '../../../../ui/content/format.js';
import { Panel } from '../../../../ui/content/page.js';
import { ProblemNotice } from '../../../../ui/feedback/problem.js';
import { sdk } from '../../../app/client.js';
import { useHandoff } from '../../../data/handoff.js';
import { TryIt } from '../../../data/try-it.js';
import { useLiveQuery } from '../../../data/live/use-live-query.js';
import { ChangePassword } from '../../accounts/change-password.js';
import { NewService } from '../../services/new-service.js';
import { progress } from './progress.js';
import styles from './steps.module.css';

interface Known {
  readonly passwordGenerated: boolean;
  readonly hasLooked: boolean;
}

/** What exists so far: one of each kind is enough to know. */
async function readState(signal: AbortSignal) {
  const query = { limit: 1 };
  const [services, applications, live, ended] = await Promise.all([
    sdk.services.list({ query, signal }),
    sdk.applications.list({ query, signal }),
    sdk.connections.list({ query, signal }),
    sdk.connections.listEnded({ query, signal }),
  ]);
  return {
    service: services.items[0],
    application: applications.items[0],
    live: live.total,
    hasEnded: ended.items.length > 0,
  };
}

type State = Awaited<ReturnType<typeof readState>>;

function stepsOf(
  { service, application, live, hasEnded }: State,
  { passwordGenerated, hasLooked }: Known,
): readonly StepProps[] {
  const hasPlace = service !== undefined || application !== undefined;
  const hasClient = live > 0 || hasEnded;
  return [
    {
      done: !passwordGenerated,
      title: 'Change the password',
      text: 'This server made the one you signed in with.',
      action: <ChangePassword />,
    },
    {
      done: hasPlace,
      title: 'Make the first service or application',
      text: 'A service is one exhibition with its hosts and guests; an application has rooms.',
      action: (
        <>
          <NewService />
          <Link to="/rooms" className={buttonClass('plain')}>
            Applications
          </Link>
        </>
      ),
    },
    {
      done: hasClient,
      title: 'Connect a first client',
      text: 'The workbench is one: it speaks with the service by hand.',
      action: hasPlace && <FirstClient service={service} application={application} />,
    },
    {
      done: hasClient && hasLooked,
      title: 'See it in Connections',
      text: live > 0 ? `${plural(live, 'connection')} now.` : hasEnded ? 'It has gone by now.' : 'Nobody is there yet.',
      action: hasClient && (
        <Link
          to="/connections"
          search={live > 0 ? {} : { tab: 'ended' }}
          className={buttonClass('plain')}
          onClick={() => {
            progress.set('looked');
          }}
        >
          Show connections
        </Link>
      ),
    },
  ];
}

export function Steps({ everyMs, ...known }: Known & { everyMs: number | false }) {
  const { data, error } = useLiveQuery(['first steps'], readState, everyMs);
  if (data === undefined) return error && <ProblemNotice error={error} />;
  const steps = stepsOf(data, known);
  const left = steps.filter(({ done }) => !done).length;
  return (
    <Panel
      title={left === 0 ? 'First steps: all done' : `First steps: ${left} of ${steps.length} to go`}
      actions={
        <Button
          kind="quiet"
          onClick={() => {
            progress.set('dismissed');
          }}
        >
          Dismiss
        </Button>
      }
    >
      <ol className={styles['steps']}>
        {steps.map((step) => (
          <Step key={step.title} {...step} />
        ))}
      </ol>
    </Panel>
  );
}

interface StepProps {
  readonly done: boolean;
  readonly title: string;
  readonly text: string;
  readonly action: ReactNode;
}

function Step({ done, title, text, action }: StepProps) {
  return (
    <li className={styles['step']} data-done={done}>
      <span className={styles['tick']}>{done && <Check size={14} aria-hidden />}</span>
      <span className={styles['words']}>
        <strong>{title}</strong> {done && <span className="visually-hidden">done</span>}
        <small>{text}</small>
      </span>
      {/* Stays when the step is done: its dialog may show what cannot be shown again. */}
      <span className={styles['action']}>{action}</span>
    </li>
  );
}

interface FirstClientProps {
  readonly service: { readonly id: number; readonly title: string } | undefined;
  readonly application: { readonly id: number } | undefined;
}

/** Uses the host token if the service was made on this visit, since it cannot be read again. */
function FirstClient({ service, application }: FirstClientProps) {
  const given = useHandoff('services');
  if (given?.credential !== undefined) return <TryIt {...given}>Open the workbench</TryIt>;
  if (service !== undefined) {
    return (
      <Link to="/services/$id" params={{ id: String(service.id) }} className={buttonClass('plain')}>
        Rotate its token to try it
      </Link>
    );
  }
  return (
    <Link to="/rooms/$application" params={{ application: String(application?.id) }} className={buttonClass('plain')}>
      Show application
    </Link>
  );
}
