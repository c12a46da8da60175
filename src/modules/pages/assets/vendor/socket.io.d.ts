// What the server puts at this path; for the type check of the pages.
export { io, type Socket } from 'socket.io-client';
