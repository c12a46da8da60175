import { type SaidMessage } from '@switchboard/client/console';
import { useState } from 'react';
import { Button } from '../../../ui/actions/button.js';
import { Panel } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Json } from '../../../ui/content/values.js';
import { Notice } from '../../../ui/feedback/notice.js';
import { useMe } from '../../app/rights/may.js';
import { hasRole } from '../../app/rights/least-role.js';
import { useLive } from '../../data/live/use-live.js';
import styles from './messages.module.css';

/** Messages kept on the screen. */
const SHOWN = 100;

interface Heard extends SaidMessage {
  readonly place: number;
}

/** Messages in a room from now on. Started by hand, since it is recorded in the audit log. */
export function ReadAlong({ path }: { path: { id: number; name: string } }) {
  const me = useMe();
  const [isReading, setReading] = useState(false);
  const [heard, setHeard] = useState<readonly Heard[]>([]);
  const [problem, setProblem] = useState<string>();
  const isTold = useLive<'room'>(
    isReading ? `${path.id} ${path.name}` : undefined,
    () => ({ topic: 'room', application: path.id, room: path.name }),
    {
      news: (message) => {
        setHeard((before) => [{ ...message, place: (before[0]?.place ?? 0) + 1 }, ...before].slice(0, SHOWN));
      },
      refused: ({ detail }) => {
        setReading(false);
        setProblem(detail);
      },
      ended: () => {
        setReading(false);
        setProblem('Your role does not allow this any more.');
      },
    },
  );
  if (me === undefined || !hasRole(me.role, 'operator')) return null;
  return (
    <Panel
      title="Live"
      actions={
        <Button
          onClick={() => {
            setReading(!isReading);
            setProblem(undefined);
            setHeard([]);
          }}
        >
          {isReading ? 'Stop reading' : 'Read along'}
        </Button>
      }
    >
      {problem !== undefined && (
        <Notice tone="bad" alert>
          {problem}
        </Notice>
      )}
      <p className={styles['state']} role="status">
        {stateOf(isReading, isTold, heard.length)}
      </p>
      {isReading && heard.length > 0 && <Said heard={heard} />}
    </Panel>
  );
}

const Said = ({ heard }: { heard: readonly Heard[] }) => (
  <ol className={styles['messages']} aria-label="Said since then">
    {heard.map((item) => (
      <li key={item.place}>
        <span className={styles['about']}>
          {item.offset !== undefined && <code>{item.offset}</code>} <bdi>{item.identity}</bdi>{' '}
          <Time at={item.timestamp} />
        </span>
        <Json value={item.message} />
      </li>
    ))}
  </ol>
);

function stateOf(isReading: boolean, isTold: boolean, count: number): string {
  if (!isReading) return 'Shows what is said from now on; that you read it is written to the audit log.';
  if (!isTold) return 'Not connected: what is said now is not shown.';
  return count === 0 ? 'Nothing was said yet.' : 'The newest first.';
}
