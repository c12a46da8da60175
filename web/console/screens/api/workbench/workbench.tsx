import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useId, useMemo, useState } from 'react';
import { Button } from '../../../../ui/actions/button.js';
import { Badge, Notice, Skeleton } from '../../../../ui/feedback/notice.js';
import { ProblemNotice } from '../../../../ui/feedback/problem.js';
import { SelectField, TextField } from '../../../../ui/forms/fields.js';
import { FormValues } from '../../../../ui/forms/form-values.js';
import { login, sdk } from '../../../app/client.js';
import { type Search } from '../../../app/search.js';
import { useHandoff } from '../../../data/handoff.js';
import { useListPlace } from '../../../data/list/list-place.js';
import { contractOf, loadDocument } from './contract.js';
import { FrameList } from './frame-list.js';
import { SendFrame } from './send-frame.js';
import { useWire, type WireState } from './use-wire.js';
import { type WireKind, WIRES } from './wires.js';
import styles from './workbench.module.css';

/**
 * A socket operated by hand: connects over one of the wires, sends frames, and shows the traffic in both directions.
 */
export function Workbench() {
  const search: Search = useSearch({ strict: false });
  const kind = WIRES.find(({ channel }) => channel === search['wire']) ?? WIRES[0];
  const { data, error } = useQuery({
    queryKey: ['asyncapi'],
    queryFn: ({ signal }) => loadDocument(signal),
    staleTime: Infinity,
  });
  const channel = kind?.channel ?? '';
  const contract = useMemo(() => data && contractOf(data, channel), [data, channel]);
  const wire = useWire(contract);
  const given = useHandoff(channel);
  if (kind === undefined) return null;
  return (
    <div className={styles['bench']}>
      <section aria-label="Connection" className={styles['tools']}>
        {given !== undefined && <Notice>For {given.about}.</Notice>}
        <Connect key={channel} kind={kind} given={given?.credential} wire={wire} />
        {error !== null && <ProblemNotice error={error} />}
        {contract === undefined && error === null ? (
          <Skeleton />
        ) : (
          <SendFrame
            key={`frame ${channel}`}
            examples={contract?.examples ?? []}
            first={given?.frame}
            canSend={wire.state === 'open'}
            canAsk={kind.acknowledges === true}
            onSend={wire.send}
          />
        )}
      </section>
      <FrameList log={wire.log} />
    </div>
  );
}

const STATES: Readonly<Record<WireState, React.ReactNode>> = {
  closed: <Badge>not connected</Badge>,
  connecting: <Badge tone="warn">connecting</Badge>,
  open: <Badge tone="good">connected</Badge>,
};

interface ConnectProps {
  readonly kind: WireKind;
  readonly given: string | undefined;
  readonly wire: ReturnType<typeof useWire>;
}

function Connect({ kind, given = '', wire }: ConnectProps) {
  const { credential, then, channel } = kind;
  const place = useListPlace('');
  const hint = useId();
  const [typed, type] = useState(given);
  const isClosed = wire.state === 'closed';
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isClosed) void wire.connect(kind, new FormValues(event.currentTarget).text('credential').trim());
    else wire.disconnect();
  };
  return (
    <form className={styles['form']} onSubmit={submit} autoComplete="off">
      <SelectField
        name="wire"
        label="Wire"
        options={WIRES.map((one) => ({ value: one.channel, label: one.label }))}
        value={channel}
        disabled={!isClosed}
        onChange={({ currentTarget }) => {
          place.filter({ wire: currentTarget.value });
        }}
      />
      {credential && (
        <TextField
          name="credential"
          label={credential.label}
          hint={credential.hint}
          required={credential.needed}
          readOnly={!isClosed}
          spellCheck={false}
          value={typed}
          onChange={({ currentTarget }) => {
            type(currentTarget.value);
          }}
        />
      )}
      {then !== undefined && (
        <p id={hint} className={styles['hint']}>
          {then}
        </p>
      )}
      <div className={styles['row']}>
        <Button type="submit" kind={isClosed ? 'main' : 'plain'}>
          {isClosed ? 'Connect' : 'Disconnect'}
        </Button>
        {channel === 'circles' && isClosed && (
          <Button
            onClick={() => {
              void freshToken().then(type);
            }}
          >
            Use my login
          </Button>
        )}
        <span role="status">{STATES[wire.state]}</span>
      </div>
    </form>
  );
}

/** A valid access token: requesting the own account renews it if needed. */
async function freshToken(): Promise<string> {
  await sdk.auth.me();
  return login.get()?.accessToken ?? '';
}
