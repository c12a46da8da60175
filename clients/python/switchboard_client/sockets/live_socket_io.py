"""Socket.IO with one client per connection, so that nothing waiting in an old one is sent on a new one."""
from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Callable, Dict, Optional, Set, Tuple
from urllib.parse import urlsplit

from ..problems import NotConnected, SwitchboardError, Unconfirmed
from .close_codes import ABNORMAL, NOT_ALLOWED
from .extras import imported
from .persistent import Ending, Persistent, SocketEnd
from .within import within

#: Seconds after which a handshake or an answer is given up.
_PATIENCE = 20.0
_CLOSE = 5.0

Acked = Callable[[Any], None]
if TYPE_CHECKING:
    Outgoing = asyncio.Queue[Optional[Tuple[str, Any, Optional[Acked]]]]


class LiveSocketIo(Persistent):
    #: None marks the end: everything before it has been sent.
    _outgoing: 'Optional[Outgoing]' = None
    _gone: Optional['asyncio.Future[SocketEnd]'] = None
    _writer: Optional['asyncio.Task[None]'] = None

    async def _auth(self) -> Optional[Dict[str, Any]]:
        """What to present in the next handshake; None when there is no credential any more."""
        raise NotImplementedError

    def _received(self, event: str, payload: Any) -> None:
        raise NotImplementedError

    def _opened(self, sid: str) -> None:
        """Called when the connection is established."""
        raise NotImplementedError

    @property
    def _is_open(self) -> bool:
        return self._outgoing is not None

    def _say(self, event: str, *payload: Any, acked: Optional[Acked] = None) -> None:
        """Sends an event. `acked` is called with the server's answer, unless the connection ends first."""
        if self._outgoing is None or self.ended:
            raise NotConnected('Not connected')
        # Invalid JSON is the caller's mistake, and is reported to the caller.
        json.dumps(payload, allow_nan=False)
        self._outgoing.put_nowait((event, payload or None, acked))

    async def _ask(self, event: str, payload: Any) -> Any:
        """Sends an event and waits for its acknowledgement. Raises NotConnected, or Unconfirmed when none comes."""
        answer: 'asyncio.Future[Any]' = asyncio.get_running_loop().create_future()

        def acked(value: Any) -> None:
            if not answer.done():
                answer.set_result(value)

        self._say(event, payload, acked=acked)
        waiting: Set['asyncio.Future[Any]'] = {answer}
        if self._gone is not None:
            waiting.add(self._gone)
        await asyncio.wait(waiting, timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise Unconfirmed(f'{event} was not answered')
        return answer.result()

    def _hang_up(self, end: SocketEnd) -> None:
        """Ends this connection, not the socket."""
        self._outgoing = None
        if self._gone is not None and not self._gone.done():
            self._gone.set_result(end)

    async def _connection(self) -> Ending:
        try:
            auth = await self._auth()
        except (SwitchboardError, OSError) as error:
            return Ending(ABNORMAL, str(error))
        if auth is None:
            return Ending(NOT_ALLOWED, 'nothing to sign in with')
        socketio = imported('socketio')
        client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        gone: 'asyncio.Future[SocketEnd]' = asyncio.get_running_loop().create_future()
        self._gone = gone
        self._listen(client, gone)
        url = urlsplit(self.url)
        # WebSocket first, polling where it does not get through.
        transports = ['polling', 'websocket'] if self._failures % 2 else ['websocket']
        try:
            connecting = client.connect(
                f'{url.scheme}://{url.netloc}',
                auth=auth,
                transports=transports,
                socketio_path=f'{url.path}/socket.io'.lstrip('/'),
                wait_timeout=_PATIENCE,
            )
            # The library itself waits forever for the first message of a server that accepts but stays silent.
            await within(_PATIENCE, connecting)
            end = await gone
            return Ending(end.code, end.reason)
        except (socketio.exceptions.SocketIOError, OSError, asyncio.TimeoutError, ValueError) as failure:
            return Ending(ABNORMAL, str(failure) or 'no handshake')
        finally:
            outgoing, writer = self._outgoing, self._writer
            self._hang_up(SocketEnd(ABNORMAL, 'closed'))
            if self.ended and outgoing is not None and writer is not None:
                # Sends what the caller said before `close`.
                outgoing.put_nowait(None)
                await asyncio.wait({writer}, timeout=_CLOSE)
            if writer is not None:
                writer.cancel()
            await _disconnected(client)

    def _listen(self, client: Any, gone: 'asyncio.Future[SocketEnd]') -> None:
        def end(code: int, reason: str) -> None:
            if not gone.done():
                self._hang_up(SocketEnd(code, reason))

        def opened() -> None:
            if self.ended or gone.done():
                return
            self._outgoing = asyncio.Queue()
            self._writer = asyncio.get_running_loop().create_task(_write(client, self._outgoing))
            self._opened(str(client.get_sid('/') or ''))

        def received(event: str, *payloads: Any) -> None:
            if not self.ended and not gone.done():
                self._received(event, payloads[0] if payloads else None)

        # There are no close codes: clients that are to stay away are disconnected by a packet, others are cut off. Old
        # versions of the library do not tell the two apart, so this watches for the packet.
        by_packet = client._handle_disconnect

        async def told(*arguments: Any) -> None:
            end(NOT_ALLOWED, 'io server disconnect')
            await by_packet(*arguments)

        client._handle_disconnect = told
        client.on('connect', opened)
        client.on('disconnect', lambda *_reason: end(ABNORMAL, 'transport close'))
        client.on('*', received)


async def _write(client: Any, outgoing: 'Outgoing') -> None:
    while (said := await outgoing.get()) is not None:
        event, payload, acked = said
        try:
            await client.emit(event, payload, callback=None if acked is None else _first(acked))
        except Exception:
            # The reader learns how the connection ended.
            return
    # The library below has a queue of its own, which it drops with the connection.
    await client.eio.queue.join()


def _first(acked: Acked) -> Callable[..., None]:
    return lambda *values: acked(values[0] if values else None)


async def _disconnected(client: Any) -> None:
    try:
        await within(_CLOSE, client.disconnect())
    except Exception:
        # It has already ended, one way or the other.
        pass
    finally:
        session = getattr(client.eio, 'http', None)
        if session is not None and not session.closed:
            await session.close()
