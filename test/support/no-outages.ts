import { OUTAGES } from '../../src/common/outages/outages.js';

// The specs of a process share these: outages of one file are over for the next.
for (const outage of Object.values(OUTAGES)) outage.worked(0);
