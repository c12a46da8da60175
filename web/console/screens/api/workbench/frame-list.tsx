import { ArrowDown, ArrowUp, Dot, Eraser } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from '../../../../ui/actions/button.js';
import { CopyButton } from '../../../../ui/actions/copy-button.js';
import { bytes, number, plural } from '../../../../ui/content/format.js';
import { Json } from '../../../../ui/content/values.js';
import { Badge } from '../../../../ui/feedback/notice.js';
import { parse } from '../../../../ui/json.js';
import { useKept } from '../../../app/preferences.js';
import { type Frame, type FrameLog } from './frame-log.js';
import { indent } from './indent.js';
import styles from './workbench.module.css';

const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const clock = (at: number): string => `${TIME.format(at)}.${String(at % 1000).padStart(3, '0')}`;

/** Longer frames are only shown in part; they can be copied in full. */
const MOST_SHOWN = 50_000;

const SIGNS: Readonly<Record<Frame['direction'], ReactNode>> = {
  in: <ArrowDown size={14} role="img" aria-label="received" />,
  out: <ArrowUp size={14} role="img" aria-label="sent" />,
  note: <Dot size={14} aria-hidden />,
};

export function FrameList({ log }: { log: FrameLog }) {
  const { frames, paused, behind } = useKept(log);
  return (
    <section aria-label="Frames" className={styles['frames']}>
      <header className={styles['bar']}>
        <h2>Frames</h2>
        <span className={styles['count']}>
          {plural(frames.length, 'line')}
          {behind > 0 && `, ${number(behind)} more since`}
        </span>
        <Button
          aria-pressed={paused}
          onClick={() => {
            log.pause(!paused);
          }}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button
          icon={<Eraser size={14} aria-hidden />}
          onClick={() => {
            log.clear();
          }}
        >
          Clear
        </Button>
      </header>
      {frames.length === 0 ? (
        <p className={styles['none']}>
          What goes over the wire appears here, both ways, the newest first. The last 500 are kept.
        </p>
      ) : (
        <ol className={styles['lines']}>
          {frames.map((frame) => (
            <li key={frame.id}>{frame.direction === 'note' ? <Note frame={frame} /> : <Line frame={frame} />}</li>
          ))}
        </ol>
      )}
    </section>
  );
}

function Note({ frame: { at, text } }: { frame: Frame }) {
  return (
    <p className={styles['line']}>
      <time>{clock(at)}</time>
      {SIGNS.note}
      <bdi className={styles['text']}>{text}</bdi>
    </p>
  );
}

function Line({ frame }: { frame: Frame }) {
  const [open, setOpen] = useState(false);
  const { at, direction, name, bytes: size, text } = frame;
  return (
    <details
      data-testid="frame"
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary className={styles['line']}>
        <time>{clock(at)}</time>
        {SIGNS[direction]}
        {name === undefined ? <Badge tone="warn">not in the contract</Badge> : <Badge>{name}</Badge>}
        <span className={styles['size']}>{bytes(size)}</span>
        <code className={styles['text']}>{text.slice(0, 200)}</code>
      </summary>
      {open && (
        <div className={styles['whole']}>
          <Json value={pretty(text)} />
          <CopyButton text={text} what="the frame">
            Copy
          </CopyButton>
        </div>
      )}
    </details>
  );
}

/** Indented if it is JSON, and cut off if too long. */
function pretty(text: string): string {
  const isLong = text.length > MOST_SHOWN;
  const shown = isLong ? `${text.slice(0, MOST_SHOWN)}\n… and more: copy it to see all` : text;
  return isLong || parse(text) === null ? shown : indent(shown);
}
