export interface StreamEvent {
  /** `message` unless the server gives another name. */
  readonly event: string;
  readonly data: string;
  /** Id of the last event that had one. */
  readonly id: string;
}

/** Parses Server-Sent Events (`text/event-stream` of the HTML standard) from text that comes in pieces. */
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

  /** Blocks without data set the id and are passed on, too: it is where to resume. */
  private dispatch(): void {
    const { event, data, id } = this;
    this.event = '';
    this.data = [];
    this.onEvent({ event: event === '' ? 'message' : event, data: data.join('\n'), id });
  }
}
