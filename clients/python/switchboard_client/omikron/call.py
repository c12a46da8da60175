"""One person's seat in one call."""
from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional

from ..sockets.signal import Signal
from .frames import CallSignal, Envelope, Member, MemberChanged, members_of, text_in
from .socket import OmikronSocket

_SIGNALS = frozenset({'webrtc_sdp', 'webrtc_ice', 'watch_stream'})


class Stream(NamedTuple):
    user_id: str
    streaming: bool


class OmikronCall(OmikronSocket):
    def __init__(
        self,
        *,
        url: str,
        call_id: str,
        user_id: str,
        private_key_hash: str,
        call_secret_sha: Optional[str] = None,
        **options: Any,
    ) -> None:
        """
        private_key_hash  SHA-256 of the user's private key, 64 hex digits
        call_secret_sha   SHA-256 of the call's secret; the first member sets it
        options           those of OmikronSocket
        """
        #: In the call: everybody in it by user, including oneself.
        self.on_open: Signal[Dict[str, Member]] = Signal()
        self.on_joined: Signal[MemberChanged] = Signal()
        #: The user's id.
        self.on_left: Signal[str] = Signal()
        self.on_changed: Signal[MemberChanged] = Signal()
        self.on_stream: Signal[Stream] = Signal()
        self.on_signal: Signal[CallSignal] = Signal()
        #: From a newer server.
        self.on_message: Signal[Envelope] = Signal()
        self._own = {'call_id': call_id, 'user_id': user_id, 'private_key_hash': private_key_hash}
        if call_secret_sha is not None:
            self._own['call_secret_sha'] = call_secret_sha
        self._states: Dict[str, str] = {}
        self._streaming = False
        super().__init__(url=url, **options)

    def set_state(self, *, call_state: Optional[str] = None, user_state: Optional[str] = None) -> None:
        """`active`, `muted`, `deafed` …; told to the others on this connection, if any, and on every later one."""
        states = {'call_state': call_state, 'user_state': user_state}
        said = {name: state for name, state in states.items() if state is not None}
        self._states.update(said)
        if self._is_identified:
            self._tell('client_changed', said)

    def set_streaming(self, streaming: bool) -> None:
        self._streaming = streaming
        if self._is_identified:
            self._tell('start_stream' if streaming else 'end_stream', {})

    def signal(self, type: str, receiver: str, data: Mapping[str, Any]) -> None:
        """Sends to one member. Raises NotConnected until `on_open`; comes back as `on_error` if not in the call."""
        self._tell(type, {**data, 'receiver_id': receiver})

    def _path(self) -> str:
        return '/ws/call/'

    def _identification(self) -> Dict[str, Any]:
        return dict(self._own)

    def _admitted(self, answer: Dict[str, Any]) -> None:
        if self._states:
            self._tell('client_changed', self._states)
        if self._streaming:
            self.set_streaming(True)
        self.on_open.emit(members_of(answer))

    def _heard(self, message: Envelope) -> None:
        user, sender = text_in(message.data, 'user_id'), text_in(message.data, 'sender_id')
        if message.type in _SIGNALS and sender is not None:
            self.on_signal.emit(CallSignal(message.type, sender, message.data))
        elif user is None:
            self.on_message.emit(message)
        elif message.type in ('client_connected', 'client_changed'):
            states = text_in(message.data, 'call_state'), text_in(message.data, 'user_state')
            change = MemberChanged(user, *states)
            (self.on_joined if message.type == 'client_connected' else self.on_changed).emit(change)
        elif message.type == 'client_closed':
            self.on_left.emit(user)
        elif message.type in ('start_stream', 'end_stream'):
            self.on_stream.emit(Stream(user, message.type == 'start_stream'))
        else:
            self.on_message.emit(message)
