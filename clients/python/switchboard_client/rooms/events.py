"""A room as Server-Sent Events, for readers only, and where WebSockets do not get through."""
from __future__ import annotations

import http.client
import json
import ssl
import threading
from typing import Any, Dict, Iterator, Optional
from urllib.parse import quote, urlencode

from ..backoff import full_jitter, retry_after
from ..problems import SwitchboardError
from ..sockets.close_codes import ABNORMAL, BACK_OFF, STOP, refusal_of, verdict_of
from ..sockets.event_stream import EventStreamParser, StreamEvent
from ..sockets.persistent import BUSY_FAILURES, Ending, Reconnecting, SocketEnd
from ..sockets.signal import Signal
from ..transport import NETWORK_ERRORS, Http, Request
from .frames import PlaceInRoom, Position, Recovered, RoomMessage, message_of, recovered_of

#: The server sends something every 15 seconds; a stream that is silent for longer is dead.
_SILENCE = 40.0
#: Nothing that a room sends is this long.
_MAX_EVENT = 16 * 1024 * 1024


class StreamEnded(SwitchboardError):
    """The server said not to come back, or too many consecutive attempts have failed."""

    def __init__(self, end: SocketEnd) -> None:
        super().__init__(end.reason)
        self.code = end.code


class RoomEvents:
    """
    The messages of a room: `for message in RoomEvents(…)`. Needs no event loop and no other package. It reconnects;
    listeners are called by the iterating thread.
    """

    def __init__(
        self,
        *,
        url: str,
        code: str,
        after: Optional[Position] = None,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
        ssl_context: Optional[ssl.SSLContext] = None,
    ) -> None:
        """
        code   the code of an endpoint that may read
        after  where to start, possibly the BEGINNING; None: new messages only
        """
        self.on_open: Signal[None] = Signal()
        #: After a reconnect, and after `after`: whether everything missed follows.
        self.on_recovered: Signal[Recovered] = Signal()
        self.on_reconnecting: Signal[Reconnecting] = Signal()
        self._http = Http(url, timeout=_SILENCE, ssl_context=ssl_context)
        self._code = code
        self._place = PlaceInRoom(after)
        self._first, self._longest, self._give_up_after = first, longest, give_up_after
        self._failures = 0
        self._closed = threading.Event()
        self._hurry = threading.Event()

    @property
    def position(self) -> Optional[Position]:
        """Position of the last message heard in a durable room: save it, and pass it as `after` next time."""
        return self._place.position

    def close(self) -> None:
        """Ends the iteration; from another thread, with the next data from the server, after at most 15 seconds."""
        self._closed.set()
        self._hurry.set()

    def retry(self) -> None:
        """Ends the wait for the next attempt, from another thread or a listener: call it when the server may be back.
        """
        self._hurry.set()

    def __iter__(self) -> Iterator[RoomMessage]:
        """Raises StreamEnded."""
        while not self._closed.is_set():
            ending = yield from self._connection()
            if self._closed.is_set():
                return
            verdict = verdict_of(ending.code)
            if verdict == STOP or (self._give_up_after is not None and self._failures >= self._give_up_after):
                raise StreamEnded(SocketEnd(ending.code, ending.reason))
            failures = max(self._failures, BUSY_FAILURES) if verdict == BACK_OFF else self._failures
            wait = ending.retry_after + full_jitter(failures, self._first, self._longest)
            self._failures += 1
            self._hurry.clear()
            self.on_reconnecting.emit(Reconnecting(ending.code, ending.reason, wait))
            if not self._closed.is_set():
                self._hurry.wait(wait)

    def _connection(self) -> Any:
        headers = {'Accept': 'text/event-stream', 'Cache-Control': 'no-store'}
        position = self._place.position
        query = ''
        if position is None:
            query = f'?{urlencode(self._place.query())}'
        else:
            headers['Last-Event-ID'] = f'{position.epoch}:{position.offset}'
        path = f'/sse/endpoint/{quote(self._code, safe="")}/{query}'
        try:
            with self._http.open(Request('GET', path, headers)) as answer:
                media = answer.getheader('Content-Type', '')
                if answer.status != 200 or not media.startswith('text/event-stream'):
                    patience = retry_after(answer.getheader('Retry-After')) or 0.0
                    return Ending(refusal_of(answer.status), f'answered with status {answer.status}', patience)
                self._failures = 0
                self.on_open.emit(None)
                yield from self._messages(answer)
                return Ending(ABNORMAL, 'the stream has ended')
        except NETWORK_ERRORS as failure:
            return Ending(ABNORMAL, str(failure))

    def _messages(self, answer: http.client.HTTPResponse) -> Iterator[RoomMessage]:
        parser = EventStreamParser()
        length = 0
        while not self._closed.is_set():
            line = answer.readline(_MAX_EVENT + 1)
            length += len(line)
            if not line.endswith(b'\n') or length > _MAX_EVENT:
                return
            event = parser.line(line.decode('utf-8', 'replace').rstrip('\r\n'))
            if event is None:
                continue
            length = 0
            message = self._message_of(event)
            if message is not None:
                yield message

    def _message_of(self, event: StreamEvent) -> Optional[RoomMessage]:
        frame = _object(event.data)
        if event.event == 'recovered':
            recovered = recovered_of(frame)
            if recovered is not None and self._place.recovered(recovered):
                self.on_recovered.emit(recovered)
            return None
        message = message_of(frame) if event.event == 'message' else None
        return message if message is not None and self._place.heard(message) else None


def _object(text: str) -> Dict[str, Any]:
    # Without data, an event only carries the position to resume from, which the answer to our query has already given.
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
