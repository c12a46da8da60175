import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { buttonClass } from '../../ui/actions/button.js';
import { type Handoff, handoff } from './handoff.js';

/** Leads to the workbench, with values that would otherwise have to be looked up. The address contains no secret. */
export function TryIt({ children = 'Try it', ...given }: Handoff & { children?: string }) {
  return (
    <Link
      to="/api"
      search={{ tab: 'workbench', wire: given.channel }}
      className={buttonClass('plain')}
      onClick={() => {
        handoff.set(given);
      }}
    >
      <FlaskConical size={14} aria-hidden />
      {children}
    </Link>
  );
}
