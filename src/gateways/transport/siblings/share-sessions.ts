import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Server } from 'socket.io';
import { type Siblings } from './siblings.js';

/**
 * The parts of Engine.IO's server that are overwritten: `generateId` as documented, the others because its listeners
 * allow it.
 */
interface Engine {
  generateId(request: IncomingMessage): string | Promise<string>;
  handleRequest(request: IncomingMessage, response: ServerResponse): void;
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/**
 * Lets a session be reached through every worker: what belongs to a sibling's session is passed to that sibling. A
 * session whose worker is gone is answered as unknown, so clients start a new one.
 */
export function shareSessions(io: Server, siblings: Siblings): void {
  const engine = io.engine as typeof io.engine & Engine;
  const own = { request: engine.handleRequest.bind(engine), upgrade: engine.handleUpgrade.bind(engine) };
  engine.generateId = () => siblings.makeSessionId();
  engine.handleRequest = (request, response) => {
    const door = siblings.doorFor(request);
    const here = (): void => {
      own.request(request, response);
    };
    if (door === undefined) here();
    else siblings.pass(door, request, response, here);
  };
  engine.handleUpgrade = (request, socket, head) => {
    const door = siblings.doorFor(request);
    const here = (): void => {
      own.upgrade(request, socket, head);
    };
    // The router may have refused it already.
    if (door === undefined || !socket.writable) here();
    else siblings.passUpgrade(door, request, socket, head, here);
  };
}
