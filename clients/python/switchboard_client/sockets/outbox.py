"""Messages without an acknowledgement yet."""
from __future__ import annotations

import asyncio
import secrets
from typing import Callable, Dict, Generic, Optional, TypeVar

from ..problems import Unconfirmed

Frame = TypeVar('Frame')
Receipt = TypeVar('Receipt')

#: Connections that may break before a message is acknowledged; the message itself may be what breaks them.
_MAX_CONNECTIONS = 10


class _Entry(Generic[Frame, Receipt]):
    def __init__(self, frame: Frame, answer: 'asyncio.Future[Receipt]') -> None:
        self.frame = frame
        self.answer = answer
        #: Number of connections it was sent on.
        self.sent = 0
        self.expiry: Optional[asyncio.TimerHandle] = None


class Outbox(Generic[Frame, Receipt]):
    """In the order they were sent. `say` sends a frame now and returns False if there is no connection."""

    def __init__(self, say: Callable[[Frame, str], bool], remembered: Optional[float] = None) -> None:
        """`remembered`: seconds the server remembers an id; after that, the same id would create a second message."""
        self._say = say
        self._remembered = remembered
        self._entries: Dict[str, _Entry[Frame, Receipt]] = {}
        # Different for each running program.
        self._prefix = secrets.token_hex(16)
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, make: Callable[[str], Frame]) -> 'asyncio.Future[Receipt]':
        self._count += 1
        id = f'{self._prefix}-{self._count}'
        answer: 'asyncio.Future[Receipt]' = asyncio.get_running_loop().create_future()
        entry: _Entry[Frame, Receipt] = _Entry(make(id), answer)
        self._entries[id] = entry
        if self._say(entry.frame, id):
            self._sent(id, entry)
        return answer

    def resend(self) -> None:
        """On a new connection, sends everything again with the same ids."""
        for id, entry in list(self._entries.items()):
            if entry.sent >= _MAX_CONNECTIONS:
                self.refuse(id, _unconfirmed(f'on {_MAX_CONNECTIONS} connections'))
            elif self._say(entry.frame, id):
                self._sent(id, entry)
            else:
                return

    def resend_later(self, id: str, wait: float) -> None:
        asyncio.get_running_loop().call_later(wait, self._resend_one, id)

    def confirm(self, id: str, receipt: Receipt) -> None:
        entry = self._take(id)
        if entry is not None and not entry.answer.done():
            entry.answer.set_result(receipt)

    def refuse(self, id: str, error: Exception) -> None:
        entry = self._take(id)
        if entry is not None and not entry.answer.done():
            entry.answer.set_exception(error)

    def refuse_longest(self, length_of: Callable[[Frame], int], error: Exception) -> None:
        """The longest message sent, which is the one a server found too large."""
        sent = [(length_of(entry.frame), id) for id, entry in self._entries.items() if entry.sent > 0]
        if sent:
            self.refuse(max(sent, key=lambda each: each[0])[1], error)

    def abandon(self, unsent: Exception) -> None:
        """`unsent`: error for messages that were never sent."""
        for id, entry in list(self._entries.items()):
            self.refuse(id, unsent if entry.sent == 0 else _unconfirmed('before the end'))

    def _resend_one(self, id: str) -> None:
        entry = self._entries.get(id)
        if entry is not None:
            self._say(entry.frame, id)

    def _sent(self, id: str, entry: _Entry[Frame, Receipt]) -> None:
        entry.sent += 1
        if self._remembered is not None and entry.expiry is None:
            late = _unconfirmed('while the server remembers the message')
            entry.expiry = asyncio.get_running_loop().call_later(self._remembered, self.refuse, id, late)

    def _take(self, id: str) -> Optional[_Entry[Frame, Receipt]]:
        entry = self._entries.pop(id, None)
        if entry is not None and entry.expiry is not None:
            entry.expiry.cancel()
        return entry


def _unconfirmed(when: str) -> Unconfirmed:
    return Unconfirmed(f'No acknowledgement came {when}')
