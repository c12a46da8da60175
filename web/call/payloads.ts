import { isObject, textOf } from '../ui/json.js';

const DESCRIPTION_TYPES = ['offer', 'answer', 'pranswer', 'rollback'] as const;

/** @throws TypeError, as the browser itself would */
export function readDescription(value: unknown): RTCSessionDescriptionInit {
  const object = isObject(value) ? value : {};
  const type = DESCRIPTION_TYPES.find((each) => each === object['type']);
  if (type === undefined) throw new TypeError('A description has a type.');
  return { type, sdp: textOf(object, 'sdp') };
}

/** @returns `null` after the last candidate */
export function readCandidate(value: unknown): RTCIceCandidateInit | null {
  if (!isObject(value)) return null;
  const { sdpMid, sdpMLineIndex, usernameFragment } = value;
  return {
    candidate: textOf(value, 'candidate'),
    sdpMid: typeof sdpMid === 'string' ? sdpMid : null,
    sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    usernameFragment: typeof usernameFragment === 'string' ? usernameFragment : null,
  };
}
