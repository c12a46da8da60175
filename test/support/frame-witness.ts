import { type ChannelContract } from '../../src/common/asyncapi/contract.js';
import { CONTRACTS } from '../../src/contracts.js';
import { declared, type FrameDirection, messageOf } from './frame-contract.js';

const DIRECTIONS = ['receives', 'sends', 'replies'] as const;

const seen = new Set<string>();
/** Frames that no contract names, since they were taken: from clients, and from servers. */
const unknown: Record<'sent' | 'heard', string[]> = { sent: [], heard: [] };
let isBadOnPurpose = false;

/** Ports of servers with gateways of a test's own. */
const ownServers = new Set<number>();

/** The channels of the address that a client connects to; none where a server speaks otherwise. */
export function channelsAt(url: string): readonly ChannelContract[] {
  const { pathname, port } = new URL(url);
  if (ownServers.has(Number(port))) return [];
  const path = pathname.replace(/\/$/, '');
  return CONTRACTS.filter(({ address }) => new RegExp(`^${address.replace(/\{\w+\}/, '[^/]+')}$`).test(path));
}

/** A server that speaks protocols of its own listens at the port. @returns takes that back */
export function speaksOtherwise(port: number): () => void {
  ownServers.add(port);
  return () => ownServers.delete(port);
}

/** Notes a frame: the value of one of JSON, or name and arguments of an event. */
export function witness(channels: readonly ChannelContract[], direction: FrameDirection, frame: unknown): void {
  if (channels.length === 0) return;
  const messages = channels.flatMap((channel) => messageOf(channel, direction, frame) ?? []);
  for (const { name } of messages) seen.add(name);
  if (messages.length === 0) note(channels, direction, JSON.stringify(frame));
}

/** As `witness`, for texts. */
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

/** The test sends what no contract names, on purpose. */
export function sendsBadFrames(): void {
  isBadOnPurpose = true;
}

/** What `send` sends at once is in no contract, on purpose; that it is in one is a complaint. */
export function sendBadly(send: () => void): void {
  const { length } = unknown.sent;
  send();
  if (unknown.sent.splice(length).length === 0)
    unknown.sent.push('a frame that is meant to be bad, and is in a contract');
}

/** Frames of servers that no contract names; a test that takes them expects them. */
export const takeUnknown = (): readonly string[] => unknown.heard.splice(0);

/** Ends a test. @param isTranscript whether it says on purpose what it sends wrong @returns what was wrong with its frames */
export function takeComplaints(isTranscript: boolean): readonly string[] {
  const complaints = takeUnknown().map((frame) => `A server said what no contract names: ${frame}`);
  const sent = unknown.sent.splice(0);
  if (isTranscript && !isBadOnPurpose)
    complaints.push(...sent.map((frame) => `Sent without sendsBadFrames(), though no contract names it: ${frame}`));
  isBadOnPurpose = false;
  return complaints;
}

/** Messages that have been seen in this process. */
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
