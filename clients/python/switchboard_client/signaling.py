"""Signaling: a peer in the lobby, which sees who is there and connects to those it calls. Needs `python-socketio`."""
from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any, Awaitable, Callable, Dict, List, NamedTuple, Optional, Union

from .frames import SignalingIceServer
from .problems import NotConnected
from .sockets.live_socket_io import LiveSocketIo
from .sockets.signal import Signal

__all__ = ['Call', 'IceServers', 'Invitation', 'Peer', 'PeerSignal', 'SignalingSocket', 'Toggled']


class Peer(NamedTuple):
    #: New with each connection of the peer.
    sid: str
    name: str


class Invitation(NamedTuple):
    sender_sid: str
    receiver_sid: str


class Call(NamedTuple):
    room_id: str
    #: Sids of all members, in the order they joined.
    peers: List[str]


class Toggled(NamedTuple):
    sender_sid: str
    #: `mic` or `video`.
    what: str


class PeerSignal(NamedTuple):
    """Sent between two peers about their connection."""

    #: `offer`, `answer` or `candidate`.
    type: str
    sender_sid: Optional[str]
    content: Dict[str, Any]


class IceServers(NamedTuple):
    ice_servers: List[SignalingIceServer]
    #: Seconds.
    expires_in: float


LobbyToken = Union[None, str, Callable[[], Union[str, Awaitable[str]]]]


class SignalingSocket(LiveSocketIo):
    """Each connection has another `sid`, and leaves calls: nothing is kept, the methods raise NotConnected."""

    def __init__(
        self,
        *,
        url: str,
        name: str,
        lobby_token: LobbyToken = None,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        """
        name         the name that others see; at most 100 characters
        lobby_token  where the lobby requires one: from `POST /api/v1/lobby/tokens`, or a function that gets one
        """
        #: In the lobby, each time with a new sid; call, invitations and peers of the previous connection are gone.
        self.on_open: Signal[str] = Signal()
        #: Everybody else, on each connection and after `ask_for_peers`.
        self.on_peers: Signal[List[Peer]] = Signal()
        #: Somebody came, or changed their name.
        self.on_peer: Signal[Peer] = Signal()
        #: The peer's sid.
        self.on_peer_gone: Signal[str] = Signal()
        #: Somebody calls: `accept` or `decline` within 10 seconds.
        self.on_invited: Signal[Invitation] = Signal()
        self.on_invite_accepted: Signal[Invitation] = Signal()
        #: By the receiver, or withdrawn by the sender.
        self.on_invite_declined: Signal[Invitation] = Signal()
        self.on_invite_expired: Signal[Invitation] = Signal()
        #: The peer you invited is already in a call, perhaps in yours.
        self.on_busy: Signal[None] = Signal()
        #: The sid of somebody who wants to be invited to your call.
        self.on_call_requested: Signal[str] = Signal()
        #: The call you are in, each time it grows.
        self.on_call: Signal[Call] = Signal()
        #: The member's sid.
        self.on_member_left: Signal[str] = Signal()
        self.on_toggled: Signal[Toggled] = Signal()
        self.on_chat: Signal[Any] = Signal()
        self.on_signal: Signal[PeerSignal] = Signal()
        #: On each connection, after `ask_for_ice_servers`, and during a call before the credentials expire.
        self.on_ice_servers: Signal[IceServers] = Signal()
        #: What is wrong, for example that a lobby token is needed.
        self.on_error: Signal[str] = Signal()
        self._name = name
        self._lobby_token = lobby_token
        self._sid = ''
        super().__init__(url=url, first=first, longest=longest, give_up_after=give_up_after)

    @property
    def sid(self) -> str:
        """The sid that others know it by; empty while it is not connected."""
        return self._sid if self._is_open else ''

    def ask_for_peers(self) -> None:
        self._say('connections')

    def ask_for_ice_servers(self) -> None:
        self._say('ice-servers')

    def invite(self, sid: str) -> None:
        self._say('send-invitation', sid)

    def accept(self, sender: str) -> None:
        self._say('accept-invitation', _invitation(sender, self._own_sid()))

    def decline(self, sender: str) -> None:
        self._say('decline-invitation', _invitation(sender, self._own_sid()))

    def cancel(self, receiver: str) -> None:
        """Withdraws an invitation."""
        self._say('decline-invitation', _invitation(self._own_sid(), receiver))

    def signal(self, type: str, receiver: str, content: Dict[str, Any]) -> None:
        """Sends to one peer; at most 256 KiB. `type` is `offer`, `answer` or `candidate`."""
        if type not in _SIGNALS:
            raise ValueError(f'No signal: {type}')
        self._say(type, {**content, 'type': type, 'receiver_sid': receiver, 'sender_sid': self._own_sid()})

    def chat(self, message: Any) -> None:
        """Sends to the others in the call. Each text in it may have at most 4,000 characters."""
        self._say('chat', message)

    def toggle(self, what: str) -> None:
        """`mic` or `video`."""
        if what not in ('mic', 'video'):
            raise ValueError(f'Not to be toggled: {what}')
        self._say(f'toggle-{what}')

    def leave_call(self) -> None:
        self._say('leave-room')

    async def _auth(self) -> Optional[Dict[str, Any]]:
        token: Any = self._lobby_token
        if callable(token):
            is_coroutine = inspect.iscoroutinefunction(token)
            token = await (token() if is_coroutine else asyncio.get_running_loop().run_in_executor(None, token))
        return {} if token is None else {'lobby': token}

    def _opened(self, sid: str) -> None:
        self._sid = sid
        self._settle()
        self.on_open.emit(sid)
        # A listener may have closed the socket.
        if self._is_open and not self.ended:
            self._say('name', self._name)
            self._say('connections')
            self._say('ice-servers')

    def _own_sid(self) -> str:
        if not self._is_open:
            raise NotConnected('Not connected')
        return self._sid

    def _received(self, event: str, payload: Any) -> None:
        if event in _SIGNALS and isinstance(payload, dict):
            self.on_signal.emit(PeerSignal(event, _sender(payload), payload))
        elif event == 'connections':
            peers = [_peer(each) for each in _list(payload)]
            self.on_peers.emit([peer for peer in peers if peer is not None])
        elif event == 'room-is-already-set':
            self.on_busy.emit(None)
        elif event == 'message':
            self.on_chat.emit(payload)
        else:
            self._heard(event, payload)

    def _heard(self, event: str, payload: Any) -> None:
        """Anything without a value is garbage."""
        sender = _sender(payload)
        invitations = {
            'receive-invite': self.on_invited,
            'invite-accepted': self.on_invite_accepted,
            'invite-declined': self.on_invite_declined,
            'invite-expired-sender': self.on_invite_expired,
            'invite-expired-receiver': self.on_invite_expired,
        }
        senders = {'invitation-request': self.on_call_requested, 'remove-peer-connection': self.on_member_left}
        texts = {'remove-connection': self.on_peer_gone, 'error': self.on_error}
        if event in invitations:
            _emit(invitations[event], _read_invitation(payload))
        elif event in senders:
            _emit(senders[event], sender)
        elif event in texts:
            _emit(texts[event], payload if isinstance(payload, str) else None)
        elif event == 'add-connection':
            _emit(self.on_peer, _peer(_parsed(payload)))
        elif event == 'create-peer':
            _emit(self.on_call, _call(payload))
        elif event in ('toggle-mic', 'toggle-video'):
            _emit(self.on_toggled, None if sender is None else Toggled(sender, event[len('toggle-'):]))
        elif event == 'ice-servers':
            _emit(self.on_ice_servers, _ice(payload))


_SIGNALS = frozenset({'offer', 'answer', 'candidate'})


def _emit(signal: Signal[Any], value: Any) -> None:
    if value is not None:
        signal.emit(value)


def _parsed(text: Any) -> Any:
    """The JSON text inside a string, parsed."""
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _list(text: Any) -> List[Any]:
    value = _parsed(text)
    return value if isinstance(value, list) else []


def _peer(value: Any) -> Optional[Peer]:
    sid, name = (value.get('sid'), value.get('name')) if isinstance(value, dict) else (None, None)
    return Peer(sid, name) if isinstance(sid, str) and isinstance(name, str) else None


def _invitation(sender: str, receiver: str) -> str:
    return json.dumps({'sender_sid': sender, 'receiver_sid': receiver})


def _read_invitation(text: Any) -> Optional[Invitation]:
    value = _parsed(text)
    sender, receiver = (value.get('sender_sid'), value.get('receiver_sid')) if isinstance(value, dict) else (None, None)
    return Invitation(sender, receiver) if isinstance(sender, str) and isinstance(receiver, str) else None


def _call(value: Any) -> Optional[Call]:
    room = value.get('room_id') if isinstance(value, dict) else None
    if not isinstance(room, str):
        return None
    return Call(room, [each for each in _list(value.get('peers')) if isinstance(each, str)])


def _sender(value: Any) -> Optional[str]:
    sid = value.get('sender_sid') if isinstance(value, dict) else None
    return sid if isinstance(sid, str) else None


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _ice(value: Any) -> Optional[IceServers]:
    servers, expires = (value.get('iceServers'), value.get('expiresIn')) if isinstance(value, dict) else (None, None)
    if not isinstance(servers, list) or isinstance(expires, bool) or not isinstance(expires, (int, float)):
        return None
    return IceServers(list(filter(_is_object, servers)), expires)
