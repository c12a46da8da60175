/** What the end of a connection means for the user. */
export interface Ending {
  readonly title: string;
  readonly text: string;
  /** Whether the page reconnects on its own, on request, or not at all. */
  readonly again: 'auto' | 'button' | 'never';
  /** Label of the button. */
  readonly button?: string;
}

interface Circumstances {
  /** Close code. */
  readonly code: number;
  /** The server's last `server_error` or `server_disconnect`. */
  readonly said: string;
  /** This page's role before the end; `null` = it was never admitted. */
  readonly role: 'host' | 'client' | 'guest' | null;
  /** Whether it had been admitted before and tried to come back. */
  readonly returning: boolean;
}

const FORCED: Record<string, Ending> = {
  'Session ended by host': {
    title: 'The host has left',
    text: 'The session is over and its code no longer works. If the host comes back, there will be a new code.',
    again: 'never',
  },
  'Kicked by new host': {
    title: 'Another host took over',
    text: 'Somebody connected with the same host token, and this service takes one host at a time.',
    again: 'button',
    button: 'Take over again',
  },
  'Session ended by administrator': {
    title: 'An administrator ended the session',
    text: 'Its code no longer works.',
    again: 'never',
  },
  'Token rotated': {
    title: 'The token was replaced',
    text: 'An administrator gave the service a new token; the one in use no longer works.',
    again: 'never',
  },
  'Service deleted': { title: 'The service was deleted', text: 'Its tokens and codes no longer work.', again: 'never' },
  Revoked: { title: 'Access was revoked', text: 'An administrator closed this connection.', again: 'never' },
};

const CLOSED: Record<number, Ending> = {
  1008: { title: 'Access was revoked', text: 'The server no longer allows this connection.', again: 'never' },
  1009: { title: 'Message too large', text: 'The server takes no message of that size.', again: 'auto' },
  1011: { title: 'The server failed', text: 'Something went wrong on the server.', again: 'auto' },
  1012: { title: 'The server restarts', text: 'It told everybody to come back.', again: 'auto' },
  1013: { title: 'The server is busy', text: 'It has too much to do right now.', again: 'auto' },
  4008: {
    title: 'Too slow',
    text: 'This device could not keep up with the messages; those in between are lost.',
    again: 'auto',
  },
  4029: {
    title: 'Too many messages',
    text: 'This page sent more than the server allows.',
    again: 'auto',
  },
};

const LOST: Ending = { title: 'Connection lost', text: 'Network or server are away.', again: 'auto' };

export function explain({ code, said, role, returning }: Circumstances): Ending {
  if (code === 4000) {
    return (
      FORCED[said] ?? {
        title: 'The server closed the connection',
        text: said,
        again: 'button',
        button: 'Connect again',
      }
    );
  }
  if (code === 1000 || code === 1005) return refused(said, role, returning);
  return CLOSED[code] ?? LOST;
}

function refused(said: string, role: Circumstances['role'], returning: boolean): Ending {
  if (said === 'Invalid token') {
    if (!returning) {
      return {
        title: 'That token or code is not valid',
        text: 'Check it for typing errors. A code works only as long as its host is connected.',
        again: 'never',
      };
    }
    return role === 'guest'
      ? {
          title: 'The session is over',
          text: 'It ended while you were away; its code no longer works.',
          again: 'never',
        }
      : { title: 'The token no longer works', text: 'It was replaced while you were away.', again: 'never' };
  }
  if (said === 'Session is full') {
    return {
      title: 'The session is full',
      text: 'It takes no more guests. Somebody may leave: try again in a while.',
      again: 'button',
      button: 'Try again',
    };
  }
  return {
    title: 'The server closed the connection',
    text: said === '' ? 'It gave no reason.' : said,
    again: 'button',
    button: 'Connect again',
  };
}
