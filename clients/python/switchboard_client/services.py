"""Services: hosts, clients and guests. Needs `websockets`."""
from __future__ import annotations

import json
from typing import Any, Dict, NamedTuple, Optional

from .problems import NotConnected
from .sockets.close_codes import STOP
from .sockets.live_socket import LiveSocket
from .sockets.persistent import SocketEnd
from .sockets.signal import Signal

__all__ = ['Joined', 'Left', 'ServiceClient', 'ServiceGuest', 'ServiceHost']


class Joined(NamedTuple):
    role: str
    user: str
    name: Optional[str]


class Left(NamedTuple):
    role: str
    user: str


class _ServiceSocket(LiveSocket):
    """What the three roles of a service have in common."""

    def __init__(
        self, *, url: str, token: str, name: Optional[str], first: float, longest: float, give_up_after: Optional[int]
    ) -> None:
        #: Admitted as a `host`, `client` or `guest`; from now on messages pass.
        self.on_open: Signal[str] = Signal()
        self.on_message: Signal[Dict[str, Any]] = Signal()
        self.on_join: Signal[Joined] = Signal()
        self.on_leave: Signal[Left] = Signal()
        #: What is wrong with the last message or the token, or why the session has ended.
        self.on_error: Signal[str] = Signal()
        self._token = token
        self._name = name
        self._admitted = False
        super().__init__(url=url, first=first, longest=longest, give_up_after=give_up_after)

    def send(self, message: Dict[str, Any]) -> None:
        """Raises NotConnected until admitted: nothing is kept for later."""
        if not self._admitted:
            raise NotConnected('Not admitted to the service yet')
        self._send_text(json.dumps(message, ensure_ascii=False, allow_nan=False))

    def _path(self) -> str:
        return '/ws/'

    def _opened(self) -> None:
        name = {} if self._name is None else {'name': self._name}
        self._send_text(json.dumps({'token': self._token, **name}))

    def _lost(self, end: SocketEnd) -> str:
        """1000 means a refusal: of the token, or because there is no seat."""
        self._admitted = False
        return STOP if end.code == 1000 else super()._lost(end)

    def _over(self) -> None:
        self._admitted = False

    def _received(self, frame: Dict[str, Any]) -> None:
        kind = frame.get('type')
        if kind == 'server_authorized':
            self._admitted = True
            self._settle()
            # The greeting ends with the role.
            self.on_open.emit(str(frame.get('message', '')).rpartition(' ')[2])
        elif kind == 'server_join':
            name = frame.get('name')
            own = name if isinstance(name, str) else None
            self.on_join.emit(Joined(str(frame.get('role', '')), str(frame.get('user', '')), own))
        elif kind == 'server_leave':
            self.on_leave.emit(Left(str(frame.get('role', '')), str(frame.get('user', ''))))
        elif kind in ('server_error', 'server_disconnect'):
            self.on_error.emit(str(frame.get('message', '')))
        elif kind != 'server_connect':
            self.on_message.emit(frame)


class ServiceHost(_ServiceSocket):
    """The exhibit: talks to all clients and guests, or to one of them."""

    def __init__(
        self,
        *,
        url: str,
        host_token: str,
        name: Optional[str] = None,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        #: The code guests join with; a host that comes back within the service's grace period keeps it.
        self.on_code: Signal[str] = Signal()
        super().__init__(
            url=url, token=host_token, name=name, first=first, longest=longest, give_up_after=give_up_after
        )

    def send_to(self, user: str, message: Dict[str, Any]) -> None:
        """Sends to one client or guest, by the `user` of its `on_join` and its messages."""
        self.send({**message, 'user': user})

    def _received(self, frame: Dict[str, Any]) -> None:
        code = frame.get('code')
        if frame.get('type') == 'server_code' and isinstance(code, str):
            self.on_code.emit(code)
        else:
            super()._received(frame)


class ServiceClient(_ServiceSocket):
    """A trusted device next to the exhibit: talks to its hosts."""

    def __init__(
        self,
        *,
        url: str,
        client_token: str,
        name: Optional[str] = None,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        super().__init__(
            url=url, token=client_token, name=name, first=first, longest=longest, give_up_after=give_up_after
        )


class ServiceGuest(_ServiceSocket):
    """A visitor's phone, with the public code that the exhibit shows: talks to its host."""

    def __init__(
        self,
        *,
        url: str,
        code: str,
        name: Optional[str] = None,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        super().__init__(url=url, token=code, name=name, first=first, longest=longest, give_up_after=give_up_after)
