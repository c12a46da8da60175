/** What has passed through the bus since the start. */
export class BusCounts {
  /** Messages, which hold one envelope or more. */
  published = 0;
  received = 0;
  envelopesPublished = 0;
  envelopesReceived = 0;
  /** Messages that this version could not read. */
  unreadable = 0;
}
