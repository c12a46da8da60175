import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { Button } from '../../../ui/actions/button.js';
import { toast } from '../../../ui/feedback/toasts.js';
import { save } from './export.js';

interface SaveAllProps {
  readonly label: string;
  /** Without its extension. */
  readonly fileName: string;
  /** Everything, one JSON object per line. */
  readonly load: () => Promise<string>;
}

/** Saves an export of the server as a file. */
export function SaveAll({ label, fileName, load }: SaveAllProps) {
  const { mutate, isPending } = useMutation({
    mutationFn: load,
    onSuccess: (text) => {
      save(`${fileName}.ndjson`, text);
    },
    onError: () => {
      toast('It could not be exported');
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
      {isPending ? 'Exporting …' : label}
    </Button>
  );
}
