"""What the sockets of the Omikron have in common: identification, questions with answers, pings."""
from __future__ import annotations

import asyncio
import json
import secrets
import time
from typing import Any, Dict, Mapping, Optional

from ..problems import NotConnected, SwitchboardError, Unconfirmed
from ..sockets.close_codes import BACK_OFF, NOT_ALLOWED
from ..sockets.live_socket import LiveSocket
from ..sockets.persistent import SocketEnd
from ..sockets.signal import Signal
from .frames import Envelope, OmikronError, Pong, envelope_of, is_error

#: Refusals that a retry would not change.
_FINAL = frozenset({'error_invalid_user_id', 'error_invalid_private_key', 'error_invalid_secret', 'refused'})
_SILENT = 4003


class OmikronRefused(SwitchboardError):
    """A refusal by the Omikron."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        #: `error`, `error_no_iota`, `error_invalid_user_id` …
        self.type = type


class OmikronSocket(LiveSocket):
    def __init__(
        self,
        *,
        url: str,
        ping: float = 10.0,
        answer: float = 30.0,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        """
        ping    seconds between pings, which also measure the latency
        answer  seconds after which an answer is no longer expected
        """
        #: The identification was refused for now; it will be retried.
        self.on_refused: Signal[OmikronRefused] = Signal()
        self.on_error: Signal[OmikronError] = Signal()
        self.on_pong: Signal[Pong] = Signal()
        self._ping_every, self._answer_within = ping, answer
        self._questions: Dict[str, 'asyncio.Future[Envelope]'] = {}
        self._identifying = ''
        self._is_identified = False
        self._pinging: Optional['asyncio.Task[None]'] = None
        self._refusal: Optional[OmikronRefused] = None
        super().__init__(url=url, first=first, longest=longest, give_up_after=give_up_after)

    def _identification(self) -> Dict[str, Any]:
        raise NotImplementedError

    def _admitted(self, answer: Dict[str, Any]) -> None:
        """Identified: emits `on_open`."""
        raise NotImplementedError

    def _heard(self, message: Envelope) -> None:
        """Handles anything that is neither an answer nor an error."""
        raise NotImplementedError

    def _tell(self, type: str, data: Mapping[str, Any], more: Mapping[str, Any] = {}) -> str:
        """Returns the message's id. Raises NotConnected until identified: nothing is kept for later."""
        if not self._is_identified:
            raise NotConnected('Not identified')
        id = secrets.token_hex(16)
        self._post({'id': id, 'type': type, 'data': data, **more})
        return id

    async def _question(self, type: str, data: Mapping[str, Any]) -> Envelope:
        """Raises NotConnected, OmikronRefused, or Unconfirmed when no answer comes."""
        id = self._tell(type, data)
        question: 'asyncio.Future[Envelope]' = asyncio.get_running_loop().create_future()
        self._questions[id] = question
        try:
            return await asyncio.wait_for(question, self._answer_within)
        except asyncio.TimeoutError:
            raise Unconfirmed(f'{type} was not answered') from None
        finally:
            self._questions.pop(id, None)

    def _opened(self) -> None:
        self._identifying = secrets.token_hex(16)
        data = {'refusal': 'error', **self._identification()}
        self._post({'id': self._identifying, 'type': 'identification', 'data': data})

    def _received(self, frame: Dict[str, Any]) -> None:
        message = envelope_of(frame)
        # From a newer server, and not meant for this version.
        if message is None:
            return
        if not self._is_identified:
            self._answered_identification(message)
        elif not self._answered(message):
            if is_error(message):
                self.on_error.emit(OmikronError(message.id, message.type, message.text))
            else:
                self._heard(message)

    def _lost(self, end: SocketEnd) -> str:
        self._disconnected()
        refusal, self._refusal = self._refusal, None
        if refusal is None:
            return super()._lost(end)
        self.on_refused.emit(refusal)
        return BACK_OFF

    def _over(self) -> None:
        self._disconnected()

    def _post(self, message: Dict[str, Any]) -> None:
        envelope = {'log': {'message': '', 'log_level': 0}, **message}
        self._send_text(json.dumps(envelope, ensure_ascii=False, allow_nan=False))

    def _answered_identification(self, answer: Envelope) -> None:
        if answer.id != self._identifying:
            return
        is_denied = answer.data.get('acceppted') is False or answer.data.get('accepted') is False
        refusal = answer.type if is_error(answer) else 'refused' if is_denied else None
        if refusal is None:
            self._is_identified = True
            self._settle()
            self._pinging = asyncio.get_running_loop().create_task(self._ping())
            self._admitted(answer.data)
        elif refusal in _FINAL:
            self._finish(SocketEnd(NOT_ALLOWED, answer.text))
        else:
            self._refusal = OmikronRefused(refusal, answer.text)
            self._hang_up(1000, '')

    def _answered(self, answer: Envelope) -> bool:
        question = self._questions.pop(answer.id, None) if isinstance(answer.id, str) else None
        if question is None:
            return False
        if question.done():
            return True
        if is_error(answer):
            question.set_exception(OmikronRefused(answer.type, answer.text))
        else:
            question.set_result(answer)
        return True

    async def _ping(self) -> None:
        latency = -1.0
        while True:
            await asyncio.sleep(self._ping_every)
            began = time.monotonic()
            try:
                last = -1 if latency < 0 else round(latency * 1000)
                answer = await self._question('ping', {'last_ping': last})
            except Unconfirmed:
                # Silence for this long means that the connection is dead.
                self._hang_up(_SILENT, 'no pong')
                return
            except SwitchboardError:
                continue
            latency = time.monotonic() - began
            self.on_pong.emit(Pong(latency, answer.data))

    def _disconnected(self) -> None:
        self._is_identified = False
        if self._pinging is not None:
            self._pinging.cancel()
            self._pinging = None
        for question in self._questions.values():
            if not question.done():
                question.set_exception(Unconfirmed('The connection was lost before an answer came'))
        self._questions.clear()
