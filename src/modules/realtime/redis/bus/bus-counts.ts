/** What has passed through the bus since this node started. */
export class BusCounts {
  /** Messages; each holds one or more envelopes. */
  published = 0;
  received = 0;
  envelopesPublished = 0;
  envelopesReceived = 0;
  /** Messages that this version cannot read. */
  unreadable = 0;
}
