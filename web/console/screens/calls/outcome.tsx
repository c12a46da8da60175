import { type CallDto } from '@switchboard/client/rest';
import { Badge } from '../../../ui/feedback/notice.js';

/** How a call ended, or that it has not. */
export function Outcome({ call: { state, outcome } }: { call: CallDto }) {
  if (state !== 'ended') return <Badge tone={state === 'live' ? 'good' : 'warn'}>{state}</Badge>;
  return <Badge tone={outcome === 'failed' ? 'bad' : 'plain'}>{outcome ?? state}</Badge>;
}
