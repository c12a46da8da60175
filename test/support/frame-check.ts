import { afterEach } from 'vitest';
import { seenMessages, takeComplaints } from './frame-witness.js';

declare module 'vitest' {
  interface TaskMeta {
    /** The contract messages seen by this process up to the end of the file. */
    messages?: readonly string[];
  }
}

// Whatever the test itself checks, everything that servers send must be in a contract; in transcripts, so must
// everything they are sent.
afterEach(({ task }) => {
  const complaints = takeComplaints(task.file.name.startsWith('test/protocols/'));
  task.file.meta.messages = seenMessages();
  if (complaints.length > 0) throw new Error(complaints.slice(0, 10).join('\n'));
});
