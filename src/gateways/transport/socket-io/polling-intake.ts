import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type EnginePacket, packetsOf } from './engine-payload.js';
import { type LoopTurns, type TurnTask } from '../flow/loop-turns.js';

/** Parts of Engine.IO's polling transport that have existed since its first version. */
export interface PollingTransport {
  readonly protocol: number;
  readonly readyState: string;
  readonly parser: { decodePacket(encoded: string | Buffer): EnginePacket };
  /** The response to the request whose payload `onData` receives. */
  readonly dataRes: ServerResponse | null;
  onRequest(request: IncomingMessage & { res: ServerResponse }): void;
  onData(payload: string | Buffer): void;
  onPacket(packet: EnginePacket): void;
  onClose(): void;
  onError(message: string): void;
}

/** Packets per request; more close the session. */
const MOST_PACKETS = 10_000;
/** What is handed over per turn of the event loop. */
const TURN_PACKETS = 128;
const TURN_BYTES = 65_536;

/**
 * Takes in what a polling client sends, in turns with other clients and no faster than it is handled: a request is
 * answered once its last packet has been taken, and a well-behaved client waits for that before it sends the next.
 * Likewise, a client gets no second poll response before it has read the first.
 */
export class PollingIntake implements TurnTask {
  private packets: Iterator<EnginePacket> | null = null;
  private left = 0;
  private isPaused = false;
  private isScheduled = false;
  private answer: (() => void) | null = null;
  private unread: ServerResponse | null = null;

  constructor(
    private readonly transport: PollingTransport,
    private readonly turns: LoopTurns,
  ) {
    const onRequest = transport.onRequest.bind(transport);
    transport.onRequest = (request) => {
      if (request.method !== 'GET' || this.mayPoll(request.res)) onRequest(request);
    };
    transport.onData = (payload) => {
      this.take(payload);
    };
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    if (this.packets !== null) this.continueLater();
  }

  runTurn(): void {
    this.isScheduled = false;
    this.handOver();
  }

  private mayPoll(response: ServerResponse): boolean {
    if (this.unread !== null) {
      this.transport.onError('overlap from client');
      response.writeHead(400).end();
      return false;
    }
    this.unread = response;
    response.once('close', () => (this.unread = null));
    return true;
  }

  private take(payload: string | Buffer): void {
    const { transport } = this;
    if (this.packets !== null) {
      transport.onError('data request overlap from client');
      return;
    }
    this.packets = packetsOf(payload, transport.protocol, transport.parser);
    this.left = MOST_PACKETS;
    const { dataRes } = transport;
    this.handOver();
    if (dataRes !== null && this.isTaking()) this.withhold(dataRes);
  }

  private isTaking(): boolean {
    return this.packets !== null;
  }

  private handOver(): void {
    const { packets, transport } = this;
    if (packets === null || this.isPaused) return;
    let bytes = 0;
    for (let count = 0; count < TURN_PACKETS && bytes < TURN_BYTES; count++) {
      // Take no more from a client that was closed or has upgraded to a WebSocket.
      const next = transport.readyState === 'open' ? packets.next() : undefined;
      if (next === undefined || next.done === true) {
        this.finish();
        return;
      }
      bytes += next.value.data?.length ?? 0;
      if (this.left-- === 0) transport.onError('too many packets');
      else if (next.value.type === 'close') transport.onClose();
      else transport.onPacket(next.value);
    }
    this.continueLater();
  }

  private finish(): void {
    const { answer } = this;
    this.packets = null;
    this.answer = null;
    answer?.();
  }

  private withhold(response: ServerResponse): void {
    const end = response.end.bind(response) as (body: unknown) => void;
    response.end = (body: unknown) => {
      this.answer = () => {
        end(body);
      };
      return response;
    };
  }

  private continueLater(): void {
    if (this.isScheduled || this.isPaused) return;
    this.isScheduled = true;
    this.turns.resumeNextTurn(this);
  }
}
