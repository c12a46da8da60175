"""The conversations of an account or a device."""
from __future__ import annotations

import asyncio
import inspect
from typing import Any, Awaitable, Callable, Dict, Optional, Sequence, Union

from ..problems import MessageRefused, NotConnected, Unconfirmed
from ..sockets.close_codes import ABNORMAL, NOT_ALLOWED, TRY_LATER
from ..sockets.live_socket_io import Acked, LiveSocketIo
from ..sockets.outbox import Outbox
from ..sockets.persistent import SocketEnd
from ..sockets.signal import Signal
from .frames import (
    CircleChanged,
    CircleInvited,
    ConversationChanged,
    ConversationRecovered,
    FilesAnnounced,
    FileUploaded,
    Forwarded,
    MessageChanged,
    NewMessage,
    Writing,
)
from .joined_rooms import JoinedRooms, ShutOut, later, refusal_in

Token = Union[str, Callable[[Optional[str]], Union[Optional[str], Awaitable[Optional[str]]]]]


class CirclesSocket(LiveSocketIo):
    def __init__(
        self,
        *,
        url: str,
        token: Token,
        first: float = 0.5,
        longest: float = 30.0,
        give_up_after: Optional[int] = None,
    ) -> None:
        """
        token  the access token of an account or device, or a function that gets one: `sdk.access_token`. It is called
               before each connection, in a thread of its own unless it is a coroutine function, with the token that
               the server has just refused, if any. None ends the socket.
        """
        #: Signed in.
        self.on_open: Signal[None] = Signal()
        #: Sent in a joined conversation; once and in order.
        self.on_message: Signal[NewMessage] = Signal()
        self.on_file_uploaded: Signal[FileUploaded] = Signal()
        self.on_message_changed: Signal[MessageChanged] = Signal()
        #: After a reconnect, and after `after`: whether everything missed in this conversation follows.
        self.on_recovered: Signal[ConversationRecovered] = Signal()
        #: For joined conversations; invitations and promotions come in any case.
        self.on_conversation: Signal[ConversationChanged] = Signal()
        #: For joined circles.
        self.on_circle: Signal[CircleChanged] = Signal()
        self.on_circle_invited: Signal[CircleInvited] = Signal()
        self.on_writing: Signal[Writing] = Signal()
        #: The files of a message that was sent with some: upload them now.
        self.on_files_announced: Signal[FilesAnnounced] = Signal()
        #: What somebody sent with `forward`.
        self.on_forwarded: Signal[Forwarded] = Signal()
        self.on_shut_out: Signal[ShutOut] = Signal()
        self._token = token
        self._shown: Optional[str] = None
        self._refused: Optional[str] = None
        self._admitted = False
        self._explaining: Optional['asyncio.Task[None]'] = None
        self._outbox: Outbox[Dict[str, Any], int] = Outbox(self._post)
        self._joined = JoinedRooms(self._tell, self.on_shut_out.emit, self._lost_place)
        super().__init__(url=url, first=first, longest=longest, give_up_after=give_up_after)

    @property
    def pending(self) -> int:
        """Number of messages waiting for their acknowledgement."""
        return len(self._outbox)

    def join_conversation(self, id: int, after: Optional[int] = None) -> 'asyncio.Future[None]':
        """
        Joins a conversation, now and on later connections, where missed messages are recovered. To be awaited.
        `after`: recover what came after this message, for example the `lastMessageId` from REST; 0 for everything.
        Raises MessageRefused when it may not join.
        """
        self._demand_life()
        return self._joined.join(('conversation', id), after)

    def leave_conversation(self, id: int) -> None:
        self._joined.leave(('conversation', id))

    def join_circle(self, id: int) -> 'asyncio.Future[None]':
        """Joins a circle, to hear who comes and goes. To be awaited. Raises MessageRefused when it may not join."""
        self._demand_life()
        return self._joined.join(('circle', id))

    def leave_circle(self, id: int) -> None:
        self._joined.leave(('circle', id))

    def send(
        self, conversation: int, text: Optional[str] = None, files: Optional[Sequence[str]] = None
    ) -> 'asyncio.Future[int]':
        """
        Sends a message to a conversation, which need not be joined; `files` are names of files that will be uploaded.
        To be awaited; returns the message's id once it is stored. Without a connection it waits, and after a reconnect
        it is sent again without being duplicated.

        Raises MessageRefused if nobody got it, Unconfirmed if that is not known, NotConnected if the socket has ended.
        """
        self._demand_life()
        said: Dict[str, Any] = {'conversation_id': conversation}
        if text is not None:
            said['text_message'] = text
        if files is not None:
            said['files'] = list(files)
        return self._outbox.add(lambda id: {**said, 'client_message_id': id})

    def writing(self, conversation: int, is_writing: bool) -> bool:
        """False, and dropped, while there is no connection."""
        return self._tell('writing', {'conversation_id': conversation, 'is_writing': is_writing}, None)

    async def mark_read(self, conversation: int, message: int) -> None:
        """Marks everything up to here as read; may be repeated. Raises NotConnected, Unconfirmed or MessageRefused."""
        await self._request('read', {'conversation_id': conversation, 'message_id': message})

    async def forward(
        self,
        content: Dict[str, Any],
        *,
        email: Optional[str] = None,
        user_id: Optional[int] = None,
        device_id: Optional[int] = None,
    ) -> None:
        """
        Forwards `content`, a call signal, to the sockets of one account or device. Raises MessageRefused when nobody
        gets it, NotConnected or Unconfirmed like `mark_read`.
        """
        ways = {'email': email, 'user_id': user_id, 'device_id': device_id}
        to = {name: value for name, value in ways.items() if value is not None}
        if len(to) != 1:
            raise ValueError('To one of email, user_id and device_id')
        await self._request('webrtc_forward', {**content, **to})

    async def _auth(self) -> Optional[Dict[str, Any]]:
        refused, self._refused = self._refused, None
        self._shown = await self._fresh_token(refused)
        return None if self._shown is None or self._shown == refused else {'token': self._shown}

    async def _fresh_token(self, refused: Optional[str]) -> Optional[str]:
        if isinstance(self._token, str):
            return self._token
        token: Any
        if inspect.iscoroutinefunction(self._token):
            token = await self._token(refused)
        else:
            # It may ask the server, and therefore block.
            token = await asyncio.get_running_loop().run_in_executor(None, self._token, refused)
        return token if isinstance(token, str) else None

    def _opened(self, sid: str) -> None:
        # The server first tells whether it accepts the token.
        self._admitted = False

    def _lost(self, end: SocketEnd) -> str:
        self._admitted = False
        return super()._lost(end)

    def _over(self) -> None:
        self._admitted = False
        self._outbox.abandon(_ended())
        self._joined.abandon(_ended())

    def _received(self, event: str, payload: Any) -> None:
        if not self._admitted and event in ('success', 'error'):
            if event == 'success':
                self._admit()
            else:
                self._explaining = asyncio.get_running_loop().create_task(self._explain())
        elif isinstance(payload, dict):
            self._heard(event, payload)
        # The channels `success` and `error` only repeat what acknowledgements say.

    def _admit(self) -> None:
        self._admitted = True
        self._settle()
        self.on_open.emit(None)
        self._joined.enter_all()
        self._outbox.resend()

    async def _explain(self) -> None:
        """The handshake's token was refused; when asked again, the server gives the reason in machine-readable form."""
        try:
            answer = await self._ask('authenticate', {'token': self._shown})
        except (NotConnected, Unconfirmed):
            return
        refusal = refusal_in(answer)
        if refusal is None:
            self._admit()
        elif refusal.code != 'unauthenticated':
            self._hang_up(SocketEnd(TRY_LATER, refusal.detail))
        elif isinstance(self._token, str):
            self._hang_up(SocketEnd(NOT_ALLOWED, refusal.detail))
        else:
            self._refused = self._shown
            self._hang_up(SocketEnd(ABNORMAL, refusal.detail))

    def _heard(self, event: str, payload: Any) -> None:
        if event == 'message':
            self._message(payload)
        elif event == 'conversation':
            self._conversation(payload)
        elif event == 'circle' and _is_id(payload.get('circle_id')):
            self.on_circle.emit(payload)
        elif event == 'circle_invite':
            self.on_circle_invited.emit(payload)
        elif event == 'writing':
            self.on_writing.emit(payload)
        elif event == 'media' and isinstance(payload.get('media_list'), list):
            self.on_files_announced.emit(payload)
        elif event == 'webrtc_forward':
            self.on_forwarded.emit(payload)

    def _message(self, frame: Any) -> None:
        conversation, message = frame.get('conversation_id'), frame.get('message')
        if not _is_id(conversation):
            return
        if 'event' in frame:
            self.on_message_changed.emit(frame)
        elif not isinstance(message, dict) or not _is_id(message.get('id')):
            return
        elif 'media' in frame:
            self.on_file_uploaded.emit(frame)
        elif self._joined.heard(int(frame['conversation_id']), int(message['id'])):
            self.on_message.emit(frame)

    def _conversation(self, frame: Any) -> None:
        if not _is_id(frame.get('conversation_id')) or not isinstance(frame.get('event'), str):
            return
        if frame['event'] != 'recovered':
            self.on_conversation.emit(frame)
            return
        if frame.get('recovered') is not True:
            self._joined.forget(frame['conversation_id'])
        self.on_recovered.emit(frame)

    def _lost_place(self, conversation: int) -> None:
        self.on_recovered.emit(
            {'event': 'recovered', 'conversation_id': conversation, 'recovered': False, 'count': 0}
        )

    def _post(self, payload: Dict[str, Any], id: str) -> bool:
        def acked(answer: Any) -> None:
            refusal = refusal_in(answer)
            if refusal is None:
                self._outbox.confirm(id, answer['message_id'] if _is_id(answer.get('message_id')) else 0)
            elif refusal.is_passing:
                self._outbox.resend_later(id, later())
            elif refusal.code == 'internal_error':
                self._outbox.refuse(id, Unconfirmed(refusal.detail))
            else:
                self._outbox.refuse(id, MessageRefused(refusal.code, refusal.detail))

        return self._tell('message', payload, acked)

    def _tell(self, event: str, payload: Dict[str, Any], acked: Optional[Acked]) -> bool:
        if not self._admitted or not self._is_open:
            return False
        self._say(event, payload, acked=acked)
        return True

    async def _request(self, event: str, payload: Dict[str, Any]) -> None:
        if not self._admitted:
            raise NotConnected('Not signed in')
        refusal = refusal_in(await self._ask(event, payload))
        if refusal is not None:
            raise MessageRefused(refusal.code, refusal.detail)

    def _demand_life(self) -> None:
        if self.ended:
            raise _ended()


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _ended() -> NotConnected:
    return NotConnected('The socket has ended')
