import { afterEach } from 'vitest';
import { seenMessages, takeComplaints } from './frame-witness.js';

declare module 'vitest' {
  interface TaskMeta {
    /** What its process has seen of the contracts, up to the end of the file. */
    messages?: readonly string[];
  }
}

// What servers say is in a contract, whatever the test itself looks at; in transcripts also what they are told.
afterEach(({ task }) => {
  const complaints = takeComplaints(task.file.name.startsWith('test/protocols/'));
  task.file.meta.messages = seenMessages();
  if (complaints.length > 0) throw new Error(complaints.slice(0, 10).join('\n'));
});
