"""What a socket has joined: it joins again on each connection, and asks for what it missed."""
from __future__ import annotations

import asyncio
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..backoff import full_jitter
from ..problems import MessageRefused

#: The server could not check; it may be asked again.
_PASSING = frozenset({'database_unavailable', 'broker_unavailable', 'unavailable', 'rate_limited'})

#: `conversation` or `circle`, and its id.
Key = Tuple[str, int]


class ShutOut(NamedTuple):
    """The socket reconnected, but was not let into this room again; `code` as in the problems of REST."""

    kind: str
    id: int
    code: str
    detail: str


class Refusal(NamedTuple):
    code: str
    detail: str

    @property
    def is_passing(self) -> bool:
        return self.code in _PASSING


def refusal_in(answer: Any) -> Optional[Refusal]:
    """The refusal in an acknowledgement, if it is one."""
    if not isinstance(answer, dict):
        return Refusal('malformed_answer', 'The answer is no acknowledgement')
    if answer.get('ok') is True:
        return None
    error = answer.get('error')
    code = error.get('code') if isinstance(error, dict) else None
    known = code if isinstance(code, str) else 'internal_error'
    detail = error.get('detail') if isinstance(error, dict) else None
    return Refusal(known, detail if isinstance(detail, str) else known)


def later() -> float:
    return full_jitter(0, 2.0, 2.0)


class _Joined:
    def __init__(self, after: Optional[int]) -> None:
        #: Id of the last message heard, or after which to recover.
        self.after = after
        #: Whether it has been in on any connection.
        self.entered = False
        self.waiting: List['asyncio.Future[None]'] = []


#: Sends, if signed in; False otherwise.
Tell = Callable[[str, Dict[str, Any], Callable[[Any], None]], bool]


class JoinedRooms:
    def __init__(self, tell: Tell, shut_out: Callable[[ShutOut], None], lost: Callable[[int], None]) -> None:
        """`lost`: called when it is back in a conversation without knowing the last message heard."""
        self._tell, self._shut_out, self._lost = tell, shut_out, lost
        self._rooms: Dict[Key, _Joined] = {}

    def join(self, key: Key, after: Optional[int] = None) -> 'asyncio.Future[None]':
        room = self._rooms.setdefault(key, _Joined(after))
        waiting: 'asyncio.Future[None]' = asyncio.get_running_loop().create_future()
        room.waiting.append(waiting)
        self._enter(key, room)
        return waiting

    def leave(self, key: Key) -> None:
        if key in self._rooms:
            self._drop(key, MessageRefused('left', 'It was left before it was joined'))
            self._tell(f'leave_{key[0]}', {f'{key[0]}_id': key[1]}, lambda _answer: None)

    def enter_all(self) -> None:
        """Called on a new connection."""
        for key, room in list(self._rooms.items()):
            self._enter(key, room)

    def heard(self, conversation: int, message: int) -> bool:
        """False for a message heard before."""
        room = self._rooms.get(('conversation', conversation))
        if room is None:
            return True
        if room.after is not None and message <= room.after:
            return False
        room.after = message
        return True

    def forget(self, conversation: int) -> None:
        """What was missed is lost: only new messages follow."""
        room = self._rooms.get(('conversation', conversation))
        if room is not None:
            room.after = None

    def abandon(self, error: Exception) -> None:
        for key in list(self._rooms):
            self._drop(key, error)

    def _enter(self, key: Key, room: _Joined) -> None:
        kind, id = key
        after = room.after

        def answered(answer: Any) -> None:
            if self._rooms.get(key) is not room:
                return
            refusal = refusal_in(answer)
            if refusal is None:
                self._entered(key, room, after)
            else:
                self._refused(key, room, refusal)

        self._tell(f'join_{kind}', {f'{kind}_id': id, **({} if after is None else {'after': after})}, answered)

    def _entered(self, key: Key, room: _Joined, after: Optional[int]) -> None:
        is_back, room.entered = room.entered, True
        waiting, room.waiting = room.waiting, []
        for each in waiting:
            if not each.done():
                each.set_result(None)
        if is_back and key[0] == 'conversation' and after is None:
            self._lost(key[1])

    def _refused(self, key: Key, room: _Joined, refusal: Refusal) -> None:
        if refusal.is_passing:
            asyncio.get_running_loop().call_later(later(), self._enter_if_wanted, key, room)
            return
        self._drop(key, MessageRefused(refusal.code, refusal.detail))
        if room.entered:
            self._shut_out(ShutOut(key[0], key[1], refusal.code, refusal.detail))

    def _enter_if_wanted(self, key: Key, room: _Joined) -> None:
        if self._rooms.get(key) is room:
            self._enter(key, room)

    def _drop(self, key: Key, error: Exception) -> None:
        room = self._rooms.pop(key)
        for each in room.waiting:
            if not each.done():
                each.set_exception(error)
