"""A seat in a room, by its code."""
from __future__ import annotations

import asyncio
import json
from typing import Any, Dict, List, Optional
from urllib.parse import quote, urlencode

from ..backoff import full_jitter
from ..problems import MessageRefused, NotConnected
from ..sockets.close_codes import FRAME_TOO_LARGE
from ..sockets.live_socket import LiveSocket
from ..sockets.outbox import Outbox
from ..sockets.persistent import SocketEnd
from ..sockets.signal import Signal
from .frames import (
    PlaceInRoom,
    Position,
    Present,
    Receipt,
    Recovered,
    RoomMessage,
    message_of,
    position_of,
    present_of,
    recovered_of,
)

#: The server remembers an id for ten minutes.
_REMEMBERED = 9.5 * 60


class RoomEndpoint(LiveSocket):
    """Hears a room and speaks in it; misses nothing in a durable one."""

    def __init__(
        self,
        *,
        url: str,
        code: str,
        after: Optional[Position] = None,
        presence: bool = False,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        """
        code      the endpoint's code
        after     where to start, possibly the BEGINNING; None: new messages only
        presence  whether to be told who joins and leaves
        """
        self.on_open: Signal[None] = Signal()
        self.on_message: Signal[RoomMessage] = Signal()
        #: After a reconnect, and after `after`: whether everything missed follows.
        self.on_recovered: Signal[Recovered] = Signal()
        self.on_present: Signal[List[Present]] = Signal()
        #: Identity of the new member.
        self.on_join: Signal[str] = Signal()
        self.on_leave: Signal[str] = Signal()
        self._code = code
        self._presence = presence
        self._place = PlaceInRoom(after)
        self._outbox: Outbox[str, Receipt] = Outbox(self._say, _REMEMBERED)
        super().__init__(url=url, first=first, longest=longest, give_up_after=give_up_after)

    @property
    def position(self) -> Optional[Position]:
        """Position of the last message heard in a durable room: save it, and pass it as `after` next time."""
        return self._place.position

    @property
    def pending(self) -> int:
        """Number of messages waiting for their acknowledgement."""
        return len(self._outbox)

    def send(self, message: Any) -> 'asyncio.Future[Receipt]':
        """
        Sends a message, any JSON value. To be awaited: done once the server has it, in durable rooms once it is stored.
        Without a connection it waits, and after a reconnect it is sent again without being duplicated.

        Raises MessageRefused if nobody got it, Unconfirmed if that is not known, NotConnected if the endpoint ended.
        """
        if self.ended:
            raise NotConnected('The endpoint has ended')
        return self._outbox.add(lambda id: _text({'message': message, 'id': id}))

    def send_unconfirmed(self, message: Any) -> bool:
        """Sends a message without acknowledgement. False, and dropped, while there is no connection."""
        return self._say(_text({'message': message}))

    def _path(self) -> str:
        query = {'acks': '1', **self._place.query(), **({'presence': '1'} if self._presence else {})}
        return f'/ws/endpoint/{quote(self._code, safe="")}/?{urlencode(query)}'

    def _opened(self) -> None:
        self._settle()
        self.on_open.emit(None)
        self._outbox.resend()

    def _lost(self, end: SocketEnd) -> str:
        if end.code == FRAME_TOO_LARGE:
            too_large = MessageRefused('payload_too_large', 'The message is too large for the server')
            self._outbox.refuse_longest(len, too_large)
        return super()._lost(end)

    def _over(self) -> None:
        self._outbox.abandon(NotConnected('The endpoint has ended before the message was sent'))

    def _received(self, frame: Dict[str, Any]) -> None:
        message, recovered = message_of(frame), recovered_of(frame)
        if message is not None:
            if self._place.heard(message):
                self.on_message.emit(message)
        elif isinstance(frame.get('ack'), str):
            self._outbox.confirm(frame['ack'], Receipt(position_of(frame)))
        elif recovered is not None:
            if self._place.recovered(recovered):
                self.on_recovered.emit(recovered)
        elif 'error' in frame:
            self._refused(frame.get('id'), frame['error'])
        else:
            self._presence_changed(frame)

    def _say(self, text: str, _id: str = '') -> bool:
        if not self._is_open:
            return False
        self._send_text(text)
        return True

    def _refused(self, id: Any, error: Any) -> None:
        code = error.get('code') if isinstance(error, dict) else None
        if not isinstance(id, str) or not isinstance(code, str):
            return
        # The server does not know whether it has stored the message; it may be sent again with the same id.
        if code == 'database_unavailable':
            self._outbox.resend_later(id, full_jitter(0, 2.0, 2.0))
        else:
            self._outbox.refuse(id, MessageRefused(code, str(error.get('detail', code))))

    def _presence_changed(self, frame: Dict[str, Any]) -> None:
        event, identity = frame.get('event'), frame.get('identity')
        if event == 'present':
            self.on_present.emit(present_of(frame.get('items')))
        elif event == 'join' and isinstance(identity, str):
            self.on_join.emit(identity)
        elif event == 'leave' and isinstance(identity, str):
            self.on_leave.emit(identity)
        # Anything else is from a newer server, and not meant for this version.


def _text(frame: Dict[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False, allow_nan=False)
