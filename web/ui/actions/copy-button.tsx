import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from './copy-text.js';
import { Button } from './button.js';

/** Copies a text, and tells whether that worked. */
export function CopyButton({ text, what, children }: { text: string; what: string; children?: string }) {
  const [said, say] = useState('');
  useEffect(() => {
    if (said === '') return undefined;
    const timer = setTimeout(() => {
      say('');
    }, 2000);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  const copy = async () => {
    say((await copyText(text)) ? 'Copied' : 'Not copied: select it and press Ctrl+C');
  };
  return (
    <>
      <Button
        kind={children === undefined ? 'quiet' : 'plain'}
        icon={said === 'Copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        label={`Copy ${what}`}
        onClick={() => void copy()}
      >
        {children}
      </Button>
      <span role="status" className="visually-hidden">
        {said}
      </span>
    </>
  );
}
