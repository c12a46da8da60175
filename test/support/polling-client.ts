/** A Socket.IO client of protocol 4 over long polling that only polls on command. */
export class PollingClient {
  private constructor(private readonly url: string) {}

  /** Opens a session and joins namespace `/`. */
  static async open(server: string): Promise<PollingClient> {
    const url = `${server}/socket.io/?EIO=4&transport=polling`;
    const opened = await (await fetch(url)).text();
    const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
    const client = new PollingClient(`${url}&sid=${sid}`);
    await client.post('40');
    await client.until((packet) => packet.startsWith('40'));
    return client;
  }

  async emit(event: string, payload: unknown): Promise<void> {
    await this.post(`42${JSON.stringify([event, payload])}`);
  }

  /** Makes one request for waiting packets. @returns them; `undefined` if the session is over */
  async poll(): Promise<string[] | undefined> {
    const response = await fetch(this.url);
    const text = await response.text();
    return response.ok ? text.split('\u001e') : undefined;
  }

  /** Polls until a packet satisfies `isIt`. @returns all packets so far */
  async until(isIt: (packet: string) => boolean): Promise<string[]> {
    const packets: string[] = [];
    for (;;) {
      const more = await this.poll();
      if (more === undefined) throw new Error(`the session ended after ${JSON.stringify(packets).slice(0, 500)}`);
      packets.push(...more);
      if (more.some(isIt)) return packets;
    }
  }

  private async post(body: string): Promise<void> {
    const { ok, status } = await fetch(this.url, { method: 'POST', body });
    if (!ok) throw new Error(`posting answered ${status}`);
  }
}
