export interface StreamEvent {
  /** `message` unless the server names another. */
  readonly event: string;
  readonly data: string;
  /** Of the last event that had one. */
  readonly id: string;
}

/** Reads Server-Sent Events (the HTML standard's `text/event-stream`) out of text that comes in pieces. */
export class EventStreamParser {
  private rest = '';
  private event = '';
  private id = '';
  private data: string[] = [];

  constructor(private readonly onEvent: (event: StreamEvent) => void) {}

  push(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line);
  }

  /** Characters of a line whose end has not come yet. */
  get pendingLength(): number {
    return this.rest.length;
  }

  private line(line: string): void {
    if (line === '') {
      this.dispatch();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
  }

  /** Blocks without data set the id, and are told: it is where to go on. */
  private dispatch(): void {
    const { event, data, id } = this;
    this.event = '';
    this.data = [];
    this.onEvent({ event: event === '' ? 'message' : event, data: data.join('\n'), id });
  }
}
