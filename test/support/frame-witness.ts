import { type ChannelContract } from '../../src/common/asyncapi/contract.js';
import { CONTRACTS } from '../../src/contracts.js';
import { declared, type FrameDirection, messageOf } from './frame-contract.js';

const DIRECTIONS = ['receives', 'sends', 'replies'] as const;

const seen = new Set<string>();
/** Frames in no contract since the last check: from clients, and from servers. */
const unknown: Record<'sent' | 'heard', string[]> = { sent: [], heard: [] };
let isBadOnPurpose = false;

/** Ports of servers with gateways of a test. */
const ownServers = new Set<number>();

/** The channels of the address that a client connects to; none for servers that speak their own protocols. */
export function channelsAt(url: string): readonly ChannelContract[] {
  const { pathname, port } = new URL(url);
  if (ownServers.has(Number(port))) return [];
  const path = pathname.replace(/\/$/, '');
  return CONTRACTS.filter(({ address }) => new RegExp(`^${address.replace(/\{\w+\}/, '[^/]+')}$`).test(path));
}

/** Marks the server on a port as speaking its own protocols. @returns a function that undoes this */
export function speaksOtherwise(port: number): () => void {
  ownServers.add(port);
  return () => ownServers.delete(port);
}

/** Records a frame: the value of its JSON, or the name and arguments of an event. */
export function witness(channels: readonly ChannelContract[], direction: FrameDirection, frame: unknown): void {
  if (channels.length === 0) return;
  const messages = channels.flatMap((channel) => messageOf(channel, direction, frame) ?? []);
  for (const { name } of messages) seen.add(name);
  if (messages.length === 0) note(channels, direction, JSON.stringify(frame));
}

/** Like `witness`, for texts. */
export function witnessText(channels: readonly ChannelContract[], direction: FrameDirection, text: string): void {
  if (channels.length === 0) return;
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    note(channels, direction, text);
    return;
  }
  witness(channels, direction, frame);
}

/** Call when the test deliberately sends what no contract names. */
export function sendsBadFrames(): void {
  isBadOnPurpose = true;
}

/** Declares that what `send` sends is deliberately in no contract; if it is in one, that is a complaint. */
export function sendBadly(send: () => void): void {
  const { length } = unknown.sent;
  send();
  if (unknown.sent.splice(length).length === 0)
    unknown.sent.push('a frame that is meant to be bad, and is in a contract');
}

/** Takes server frames that no contract names, for tests that expect them. */
export const takeUnknown = (): readonly string[] => unknown.heard.splice(0);

/** Ends a test. @param isTranscript whether bad frames must be announced @returns what was wrong with its frames */
export function takeComplaints(isTranscript: boolean): readonly string[] {
  const complaints = takeUnknown().map((frame) => `A server said what no contract names: ${frame}`);
  const sent = unknown.sent.splice(0);
  if (isTranscript && !isBadOnPurpose)
    complaints.push(...sent.map((frame) => `Sent without sendsBadFrames(), though no contract names it: ${frame}`));
  isBadOnPurpose = false;
  return complaints;
}

/** Messages seen in this process. */
export const seenMessages = (): readonly string[] => [...seen];

/** All messages that transcripts must see. */
export const allMessages = (): readonly string[] =>
  CONTRACTS.flatMap((channel) =>
    DIRECTIONS.flatMap((direction) => declared(channel, direction).map(({ name }) => name)),
  );

function note(channels: readonly ChannelContract[], direction: FrameDirection, text: string): void {
  const where = channels.map(({ name }) => name).join(' or ');
  unknown[direction === 'receives' ? 'sent' : 'heard'].push(`${where}: ${text.slice(0, 400)}`);
}
