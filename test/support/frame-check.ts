import { afterEach } from 'vitest';
import { seenMessages, takeComplaints } from './frame-witness.js';

declare module 'vitest' {
  interface TaskMeta {
    /** The contract messages that its process has seen, up to the end of the file. */
    messages?: readonly string[];
  }
}

// Everything servers send must be in a contract, whatever the test itself checks; in transcripts also what they are
// sent.
afterEach(({ task }) => {
  const complaints = takeComplaints(task.file.name.startsWith('test/protocols/'));
  task.file.meta.messages = seenMessages();
  if (complaints.length > 0) throw new Error(complaints.slice(0, 10).join('\n'));
});
