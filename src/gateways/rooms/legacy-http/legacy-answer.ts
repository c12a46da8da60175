import { type Response } from 'express';

const TEXT = 'text/html; charset=utf-8';

export const NO_KEY = 'No/Invalid API KEY';
export const ROOM_EXISTS = 'Room already exists';

/** A response of the legacy routes in place of a result; thrown where a route ends early. */
export class LegacyAnswer extends Error {
  constructor(
    readonly status: number,
    readonly body: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(body);
    this.name = 'LegacyAnswer';
  }
}

/** Sends text with the media type that clients of these routes have always received. */
export function sendText(
  response: Response,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(response, status, body, { 'Content-Type': TEXT, ...headers });
}

/** @param json text of a JSON value */
export function sendJson(response: Response, json: string): void {
  send(response, 200, json, { 'Content-Type': 'application/json' });
}

/** Sends the bytes as they are, without what Express would add. */
function send(response: Response, status: number, body: string, headers: Readonly<Record<string, string>>): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ 'Cache-Control': 'no-store', ...headers })) {
    response.setHeader(name, value);
  }
  response.end(body);
}
