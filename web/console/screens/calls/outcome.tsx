import { type CallDto } from '@switchboard/client/rest';
import { Badge } from '../../../ui/feedback/notice.js';

/** How a call ended, or its state if it has not. */
export function Outcome({ call: { state, outcome } }: { call: CallDto }) {
  if (state !== 'ended') return <Badge tone={state === 'live' ? 'good' : 'warn'}>{state}</Badge>;
  return <Badge tone={outcome === 'failed' ? 'bad' : 'plain'}>{outcome ?? state}</Badge>;
}

const REASONS: Readonly<Record<string, string>> = {
  node_lost: 'the server process that carried it was lost',
  abandoned: 'everybody’s connection was lost',
};

/** Why it failed, in words. */
export const reasonOf = ({ reason }: CallDto): string | null => reason && (REASONS[reason] ?? reason);
