import { useMutation } from '@tanstack/react-query';
import { ShieldCheck } from 'lucide-react';
import { Button } from '../../../ui/actions/button.js';
import { Notice } from '../../../ui/feedback/notice.js';
import { ProblemNotice } from '../../../ui/feedback/problem.js';
import { Modal } from '../../../ui/overlays/modal.js';
import { sdk } from '../../app/client.js';

const FOUND = {
  changed: 'is not as it was sealed',
  missing: 'is missing',
  inserted: 'was inserted',
  forged: 'was not written by this server',
  seal: 'is under a seal that is not intact',
} as const;

/** Has the server verify every entry, and shows what it found. */
export function Verification() {
  const { mutate, reset, isPending, data, error } = useMutation({ mutationFn: () => sdk.audit.verify() });
  return (
    <>
      <Button
        icon={<ShieldCheck size={14} aria-hidden />}
        disabled={isPending}
        onClick={() => {
          mutate();
        }}
      >
        {isPending ? 'Verifying …' : 'Verify'}
      </Button>
      {(data ?? error) && (
        <Modal title="Audit log" onClose={reset}>
          {error && <ProblemNotice error={error} />}
          {data?.ok === true && (
            <Notice tone="good">
              All {data.checked} entries are there, as they were written; sealed up to {data.sealedTo}.
            </Notice>
          )}
          {data?.ok === false && (
            <Notice tone="bad" alert>
              Entry {data.firstBroken} {data.breach && FOUND[data.breach]}. What comes after it may be wrong, too.
            </Notice>
          )}
          {data?.head && (
            <p>
              Last seal: <code>{data.head}</code>
            </p>
          )}
        </Modal>
      )}
    </>
  );
}
