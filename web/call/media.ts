/** Why camera or microphone is missing, in words for the user. */
export interface Problem {
  readonly text: string;
  /** Whether trying again may help. */
  readonly again: boolean;
}

/** Browsers hide them from pages loaded over plain HTTP. */
const hasDevices = ({ mediaDevices }: Partial<Navigator>): boolean => mediaDevices !== undefined;

/** This page's own camera and microphone. */
export class Media {
  /** What is sent; its tracks come and go. */
  stream = new MediaStream();
  muted = false;
  /** Whether the camera is off, on request or because there is none. */
  dark = false;

  get microphone() {
    return this.stream.getAudioTracks()[0] ?? null;
  }

  get camera() {
    return this.stream.getVideoTracks()[0] ?? null;
  }

  /** Asks for both, and accepts what there is. */
  async open(): Promise<Problem | null> {
    if (!hasDevices(navigator)) {
      this.dark = true;
      return {
        text: 'Browsers give camera and microphone only to pages that came by HTTPS. You can watch, listen and write; to be seen and heard, open this page with https://.',
        again: false,
      };
    }
    const [audio, video] = [this.microphone === null, this.camera === null];
    const missing = audio || video ? await this.take({ audio, video }) : null;
    // When asked for both, browsers give both or nothing.
    const noCamera = this.camera ? null : audio ? await this.take({ video }) : missing;
    const noMicrophone = this.microphone ? null : video ? await this.take({ audio }) : missing;
    this.dark = this.camera === null;
    if (!noCamera && !noMicrophone) return null;
    if (noCamera && noMicrophone) {
      return { text: `${sentence(missing, 'camera and microphone')} You can watch, listen and write.`, again: true };
    }
    return noCamera
      ? { text: `${sentence(noCamera, 'camera')} The others hear you but do not see you.`, again: true }
      : { text: `${sentence(noMicrophone, 'microphone')} The others see you but do not hear you.`, again: true };
  }

  mute(muted: boolean) {
    this.muted = muted;
    if (this.microphone) this.microphone.enabled = !muted;
  }

  /** Releases the device when turned off, so that its light goes out. */
  async darken(dark: boolean): Promise<Problem | null> {
    if (dark) {
      this.dark = true;
      this.drop(this.camera);
      return null;
    }
    if (!hasDevices(navigator)) return this.open();
    const fault = this.camera ? null : await this.take({ video: true });
    this.dark = this.camera === null;
    return fault ? { text: sentence(fault, 'camera'), again: false } : null;
  }

  close() {
    for (const track of this.stream.getTracks()) this.drop(track);
  }

  /** @returns the name of the error */
  private async take(constraints: MediaStreamConstraints): Promise<string | null> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) {
        if (track.kind === 'audio') track.enabled = !this.muted;
        this.stream.addTrack(track);
      }
      return null;
    } catch (error) {
      return error instanceof DOMException ? error.name : 'Error';
    }
  }

  private drop(track: MediaStreamTrack | null) {
    if (!track) return;
    track.stop();
    this.stream.removeTrack(track);
  }
}

/** @param fault name of a `DOMException` */
function sentence(fault: string | null, what: string) {
  switch (fault) {
    case 'NotAllowedError':
    case 'SecurityError':
      return `This page may not use your ${what}. Allow it beside the address, then try again.`;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `No ${what} was found.`;
    case 'NotReadableError':
    case 'AbortError':
      return `Your ${what} cannot be used; perhaps another program has it.`;
    case null:
    default:
      return `Your ${what} could not be started.`;
  }
}
