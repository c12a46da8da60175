import http from 'node:http';
import { expect } from 'vitest';
import { channelsAt, witnessText } from './frame-witness.js';

export interface Block {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A client of event streams that keeps the blocks as received. */
export class StreamClient {
  status = 0;
  ended = false;
  headers: http.IncomingHttpHeaders = {};
  readonly blocks: Block[] = [];
  private buffer = '';
  private constructor(
    readonly request: http.ClientRequest,
    private readonly channels: ReturnType<typeof channelsAt>,
  ) {}

  static async open(url: string, headers: Record<string, string> = {}): Promise<StreamClient> {
    const request = http.get(url, { headers });
    const client = new StreamClient(request, channelsAt(url));
    await new Promise<void>((resolve, reject) => {
      request.on('error', (error) => {
        client.ended = true;
        reject(error);
      });
      request.on('response', (response) => {
        client.status = response.statusCode ?? 0;
        client.headers = response.headers;
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          client.read(text);
        });
        response.on('error', () => undefined);
        response.on('close', () => {
          client.ended = true;
        });
        resolve();
      });
    });
    return client;
  }

  get events(): Block[] {
    return this.blocks.filter(({ data }) => data !== undefined);
  }

  async until(count: number): Promise<Block[]> {
    await expect.poll(() => this.events.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
    return this.events;
  }

  private read(text: string): void {
    this.buffer += text;
    const parts = this.buffer.split('\n\n');
    this.buffer = parts.pop() ?? '';
    for (const part of parts) {
      const fields = part
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
      const block = Object.fromEntries(fields) as Block;
      if (block.data !== undefined) witnessText(this.channels, 'sends', block.data);
      this.blocks.push(block);
    }
  }
}
