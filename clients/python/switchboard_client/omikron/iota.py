"""A home server, which serves the apps of its users."""
from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..sockets.signal import Signal
from .frames import Envelope, Profiles, ids_of, text_in
from .socket import OmikronSocket


class Iota(OmikronSocket):
    def __init__(
        self, *, url: str, iota_id: str, user_ids: Sequence[str], token: Optional[str] = None, **options: Any
    ) -> None:
        """
        token    as returned by REST, where the server requires one
        options  those of OmikronSocket
        """
        #: Identified: the users it serves, and those it does not.
        self.on_open: Signal[Profiles] = Signal()
        #: From a client (`sender_id` is its user) or from another Iota.
        self.on_message: Signal[Envelope] = Signal()
        #: The user's id.
        self.on_client_connected: Signal[str] = Signal()
        self._iota_id, self._user_ids, self._token = iota_id, list(user_ids), token
        super().__init__(url=url, **options)

    def send(
        self,
        *,
        type: str,
        receiver_id: str,
        data: Mapping[str, Any],
        sender_id: Optional[str] = None,
        id: Any = None,
    ) -> Any:
        """
        receiver_id  a user of this Iota, all of whose clients get it, or one of another Iota
        sender_id    towards another Iota: the user of this one on whose behalf it is sent
        id           the id of the message it answers; defaults to a new one

        Raises NotConnected until identified: nothing is kept for later. What cannot be delivered comes back as
        `on_error`, with the id returned here.
        """
        more: Dict[str, Any] = {'receiver_id': receiver_id}
        if sender_id is not None:
            more['sender_id'] = sender_id
        if id is not None:
            more['id'] = id
        own = self._tell(type, data, more)
        return own if id is None else id

    def reply(self, message: Envelope, data: Mapping[str, Any], answer_type: Optional[str] = None) -> None:
        """Answers a client's message."""
        if message.sender_id is not None:
            self.send(type=answer_type or message.type, receiver_id=message.sender_id, data=data, id=message.id)

    def _path(self) -> str:
        return '/ws/iota/'

    def _subprotocols(self) -> Optional[List[str]]:
        return None if self._token is None else ['switchboard.v1', f'bearer.{self._token}']

    def _identification(self) -> Dict[str, Any]:
        return {'iota_id': self._iota_id, 'user_ids': ','.join(self._user_ids)}

    def _admitted(self, answer: Dict[str, Any]) -> None:
        profiles = Profiles(ids_of(answer.get('accepted_profiles')), ids_of(answer.get('denid_profiles')))
        self.on_open.emit(profiles)

    def _heard(self, message: Envelope) -> None:
        user = text_in(message.data, 'user_id')
        if message.type == 'client_connected' and user is not None:
            self.on_client_connected.emit(user)
        else:
            self.on_message.emit(message)
