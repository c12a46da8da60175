import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { plural } from '../../../ui/content/format.js';
import { Notice } from '../../../ui/feedback/notice.js';
import { Modal } from '../../../ui/overlays/modal.js';
import { type Group, type Hit } from './hit.js';
import styles from './palette.module.css';
import { useGroups } from './use-groups.js';

/** Navigation and the most common actions, by keyboard alone. */
export function Palette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const id = useId();
  const [text, setText] = useState('');
  const [chosen, choose] = useState(0);
  const { groups, searching, failed } = useGroups(text);
  const hits = groups.flatMap((group) => group.hits);
  const at = Math.min(chosen, hits.length - 1);
  const run = (hit: Hit | undefined) => {
    if (hit === undefined) return;
    onClose();
    hit.run(navigate);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const next = nextOf(event.key, at, hits.length);
    if (event.key === 'Enter') run(hits[at]);
    else if (next !== undefined) {
      choose(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else return;
    event.preventDefault();
  };
  return (
    <Modal title="Search" onClose={onClose}>
      <input
        className={styles['input']}
        role="combobox"
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label="Go to or do"
        aria-expanded={hits.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={hits.length > 0 ? `${id}-${at}` : undefined}
        placeholder="Name, id or code; or what to do"
        value={text}
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          choose(0);
        }}
        onKeyDown={onKeyDown}
      />
      <p className={styles['status']} role="status">
        {searching ? 'Searching …' : hits.length === 0 ? 'Nothing matches' : plural(hits.length, 'result')}
      </p>
      <Hits id={id} groups={groups} at={at} run={run} />
      {failed.length > 0 && !searching && (
        <Notice tone="warn">Not searched: {failed.map(({ name, why }) => `${name} (${why})`).join(', ')}</Notice>
      )}
    </Modal>
  );
}

function nextOf(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined;
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count;
    case 'ArrowUp':
      return (at + count - 1) % count;
    case 'PageDown':
      return Math.min(count - 1, at + 8);
    case 'PageUp':
      return Math.max(0, at - 8);
    default:
      return undefined;
  }
}

interface HitsProps {
  readonly id: string;
  readonly groups: readonly Group[];
  readonly at: number;
  readonly run: (hit: Hit) => void;
}

function Hits({ id, groups, at, run }: HitsProps) {
  let index = 0;
  const numbered = groups.map(({ name, hits }) => ({ name, hits: hits.map((hit) => ({ hit, i: index++ })) }));
  return (
    <div id={`${id}-list`} role="listbox" aria-label="Results" className={styles['list']} tabIndex={-1}>
      {numbered.map(({ name, hits }) => (
        <div key={name} role="group" aria-labelledby={`${id}-${name}`}>
          <div id={`${id}-${name}`} className={styles['group']} role="presentation">
            {name}
          </div>
          {hits.map(({ hit, i }) => (
            <div
              key={hit.key}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              className={styles['option']}
              onClick={() => {
                run(hit);
              }}
            >
              <bdi>{hit.text}</bdi>
              {hit.hint !== undefined && <bdi className={styles['hint']}>{hit.hint}</bdi>}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
