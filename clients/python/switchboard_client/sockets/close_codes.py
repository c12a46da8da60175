"""What a client does when a connection has ended."""
from __future__ import annotations

#: Codes that mean to stay away: malformed, revoked, forced out.
_FINAL = frozenset({1007, 1008, 4000})
#: Codes that ask for more patience than a lost connection.
_BUSY = frozenset({1013, 4029})

#: Lost without a close frame.
ABNORMAL = 1006
NOT_ALLOWED = 1008
FRAME_TOO_LARGE = 1009
TRY_LATER = 1013

STOP = 'stop'
BACK_OFF = 'back off'
COME_BACK = 'come back'


def verdict_of(code: int) -> str:
    if code in _FINAL:
        return STOP
    return BACK_OFF if code in _BUSY else COME_BACK


def refusal_of(status: int) -> int:
    """The code for a request that was answered with an HTTP status instead of a connection."""
    # The code is unknown, expired or revoked, or may not do this.
    if status in (401, 403, 404):
        return NOT_ALLOWED
    return TRY_LATER if status in (429, 503) else ABNORMAL
