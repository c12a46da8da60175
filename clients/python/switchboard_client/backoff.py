"""How long to wait before the next attempt."""
from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import Optional


def full_jitter(failures: int, first: float, longest: float) -> float:
    """A random wait up to a bound that doubles, so that a server's clients do not all come back at once; in seconds."""
    return random.random() * min(longest, first * 2.0 ** min(failures, 30))


def retry_after(value: Optional[str]) -> Optional[float]:
    """The header `Retry-After`, seconds or a date (RFC 9110), as seconds from now."""
    if value is None:
        return None
    text = value.strip()
    # No server means a wait with more digits than this.
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
