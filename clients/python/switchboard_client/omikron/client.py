"""One of a person's apps, which talks to the person's home server."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, Mapping, Optional, Sequence, Set

from ..problems import SwitchboardError
from ..sockets.signal import Signal
from .frames import Envelope, NewCall, text_in, texts_of
from .socket import OmikronSocket


class OmikronClient(OmikronSocket):
    def __init__(
        self, *, url: str, user_id: str, private_key_hash: str, iota_id: Optional[str] = None, **options: Any
    ) -> None:
        """
        private_key_hash  SHA-256 of the user's private key, 64 hex digits
        options           those of OmikronSocket
        """
        #: Identified: the home server is connected.
        self.on_open: Signal[None] = Signal()
        #: From the home server, unless it answers `ask`.
        self.on_message: Signal[Envelope] = Signal()
        #: Of watched users: all of them after each reconnect, otherwise the one that changed.
        self.on_states: Signal[Dict[str, str]] = Signal()
        self.on_called: Signal[NewCall] = Signal()
        self._user_id, self._private_key_hash, self._iota_id = user_id, private_key_hash, iota_id
        self._watched: Set[str] = set()
        self._state: Optional[str] = None
        self._watching: Optional['asyncio.Task[None]'] = None
        super().__init__(url=url, **options)

    async def ask(self, type: str, data: Mapping[str, Any]) -> Envelope:
        """
        Asks the home server; returns the message that repeats the id. Raises NotConnected until `on_open`,
        OmikronRefused, or Unconfirmed when no answer comes: whether it was received is then not known.
        """
        return await self._question(type, data)

    def send(self, type: str, data: Mapping[str, Any]) -> None:
        """Sends to the home server, without an answer. Raises NotConnected until `on_open`: nothing is kept."""
        self._tell(type, data)

    async def watch(self, user_ids: Sequence[str]) -> Dict[str, str]:
        """Returns the states of these users, and watches them, also after a reconnect. Raises like `ask`."""
        answer = await self._question('get_states', {'user_ids': list(user_ids)})
        self._watched.update(user_ids)
        return texts_of(answer.data.get('user_states'))

    def set_state(self, state: str) -> None:
        """Sets what those who watch this user see; told on this connection, if there is one, and on every later one."""
        self._state = state
        if self._is_identified:
            self._tell('client_changed', {'user_state': state})

    async def call(self, *, receiver_id: str, call_id: str, call_secret: str, call_secret_sha: str) -> None:
        """Rings on all apps of the receiver. Raises like `ask`."""
        invitation = {
            'receiver_id': receiver_id,
            'call_id': call_id,
            'call_secret': call_secret,
            'call_secret_sha': call_secret_sha,
        }
        await self._question('call_invite', invitation)

    async def is_live(self, *, call_id: str, call_secret_sha: str) -> bool:
        """Whether such a call is in progress. Raises like `ask`."""
        answer = await self._question('get_call', {'call_id': call_id, 'call_secret_sha': call_secret_sha})
        return answer.data.get('call_state') == 'ACTIVE'

    def _path(self) -> str:
        return '/ws/client/'

    def _identification(self) -> Dict[str, Any]:
        iota = {} if self._iota_id is None else {'iota_id': self._iota_id}
        return {'user_id': self._user_id, 'private_key_hash': self._private_key_hash, **iota}

    def _admitted(self, answer: Dict[str, Any]) -> None:
        if self._state is not None:
            self.set_state(self._state)
        if self._watched:
            self._watching = asyncio.get_running_loop().create_task(self._watch_again())
        self.on_open.emit(None)

    def _heard(self, message: Envelope) -> None:
        data = message.data
        user, state = text_in(data, 'user_id'), text_in(data, 'user_state')
        call, sender = text_in(data, 'call_id'), text_in(data, 'sender_id')
        if message.type == 'client_changed' and user is not None and state is not None:
            self.on_states.emit({user: state})
        elif message.type == 'new_call' and call is not None and sender is not None:
            receiver, secret = text_in(data, 'receiver_id') or '', text_in(data, 'call_secret') or ''
            self.on_called.emit(NewCall(call, sender, receiver, secret))
        else:
            self.on_message.emit(message)

    async def _watch_again(self) -> None:
        try:
            states = await self.watch(sorted(self._watched))
        except SwitchboardError:
            # It only fails without a connection; the next one repeats it.
            return
        self.on_states.emit(states)
