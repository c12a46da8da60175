import { afterEach } from 'vitest';
import { seenMessages, takeComplaints } from './frame-witness.js';

declare module 'vitest' {
  interface TaskMeta {
    /** What its process has seen of the contracts, up to the end of the file. */
    messages?: readonly string[];
  }
}

// Every frame of a transcript is in a contract, whatever the test itself looks at.
afterEach(({ task }) => {
  const complaints = takeComplaints();
  task.file.meta.messages = seenMessages();
  if (complaints.length > 0) throw new Error(complaints.slice(0, 10).join('\n'));
});
