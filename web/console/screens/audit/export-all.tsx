import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '../../../ui/actions/button.js';
import { toast } from '../../../ui/feedback/toasts.js';
import { sdk } from '../../app/client.js';

/** All of it with its seals, as a file that can be verified without this server. */
export function ExportAll() {
  const { mutate, isPending } = useMutation({
    mutationFn: () => sdk.audit.export(),
    onSuccess: (content) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([content]));
      link.download = `audit-${new Date().toISOString().slice(0, 10)}.ndjson`;
      link.click();
      URL.revokeObjectURL(link.href);
    },
    onError: () => {
      toast('The audit log could not be exported');
    },
  });
  return (
    <Button
      icon={<Download size={14} aria-hidden />}
      disabled={isPending}
      onClick={() => {
        mutate();
      }}
    >
      {isPending ? 'Exporting …' : 'Export with seals'}
    </Button>
  );
}
