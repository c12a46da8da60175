import { lazy, Suspense, useEffect } from 'react';
import { useKept } from '../../../app/preferences.js';
import { useMe } from '../../../app/rights/may.js';
import { progress } from './progress.js';

const Steps = lazy(async () => ({ default: (await import('./steps.js')).Steps }));

/** Guides a new admin, who has a generated password, until all is done or dismissed. */
export function FirstSteps({ everyMs }: { everyMs: number | false }) {
  const me = useMe();
  const stage = useKept(progress);
  const begins = stage === 'unseen' && me?.role === 'admin' && me.passwordGenerated;
  useEffect(() => {
    if (begins) progress.set('begun');
  }, [begins]);
  if (me?.role !== 'admin' || (stage !== 'begun' && stage !== 'looked')) return null;
  return (
    <Suspense>
      <Steps passwordGenerated={me.passwordGenerated} hasLooked={stage === 'looked'} everyMs={everyMs} />
    </Suspense>
  );
}
