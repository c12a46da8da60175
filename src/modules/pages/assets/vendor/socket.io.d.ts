// What the server puts at this path, from its own package `socket.io`; for the type check of the pages.
import type { io as connect, Socket } from 'socket.io-client';

export type { Socket };
export declare const io: typeof connect;
