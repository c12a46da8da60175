"""Server-Sent Events, the HTML standard's `text/event-stream`."""
from __future__ import annotations

from typing import List, NamedTuple, Optional


class StreamEvent(NamedTuple):
    #: `message` unless the server gives another name.
    event: str
    data: str


class EventStreamParser:
    """Fed line by line, without line ends."""

    def __init__(self) -> None:
        self._event = ''
        self._data: List[str] = []

    def line(self, line: str) -> Optional[StreamEvent]:
        """The event that ends with this line. One without data only carries the position to resume from."""
        if line == '':
            event = StreamEvent(self._event or 'message', '\n'.join(self._data))
            self._event, self._data = '', []
            return event
        field, _, value = line.partition(':')
        value = value[1:] if value.startswith(' ') else value
        if field == 'event':
            self._event = value
        elif field == 'data':
            self._data.append(value)
        return None
