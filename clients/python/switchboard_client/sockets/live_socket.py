"""A plain WebSocket that carries JSON objects."""
from __future__ import annotations

import asyncio
import json
from typing import Any, Coroutine, Dict, List, Optional, Set

from ..backoff import retry_after
from ..problems import NotConnected
from .close_codes import ABNORMAL, refusal_of
from .extras import imported
from .persistent import Ending, Persistent
from .within import within

#: Seconds after which a handshake is given up.
_HANDSHAKE = 20.0
_CLOSE = 1.0
#: Nothing that the server sends is this long.
_MAX_FRAME = 16 * 1024 * 1024
#: The other side is not Switchboard, or is broken.
GARBAGE = 4002


class LiveSocket(Persistent):
    _socket: Any = None
    #: None marks the end: everything before it has been sent.
    _outgoing: Optional['asyncio.Queue[Optional[str]]'] = None
    _queued = 0
    _hung_up: Optional[Ending] = None
    _background: Set['asyncio.Task[None]']

    def __init__(self, **options: Any) -> None:
        self._background = set()
        super().__init__(**options)

    @property
    def buffered_amount(self) -> int:
        """Bytes that were sent but are still on this side of the connection: how far the network lags behind."""
        if self._socket is None:
            return 0
        transport = getattr(self._socket, 'transport', None)
        return self._queued + (int(transport.get_write_buffer_size()) if transport is not None else 0)

    def _path(self) -> str:
        """Path and query of the next attempt."""
        raise NotImplementedError

    def _received(self, frame: Dict[str, Any]) -> None:
        raise NotImplementedError

    def _opened(self) -> None:
        """Called when the connection is established."""
        raise NotImplementedError

    def _subprotocols(self) -> Optional[List[str]]:
        return None

    @property
    def _is_open(self) -> bool:
        return self._outgoing is not None

    def _send_text(self, text: str) -> None:
        if self._outgoing is None or self.ended:
            raise NotConnected('Not connected')
        try:
            text.encode()
        except UnicodeEncodeError:
            # Half a character, as in a text that was cut off: JSON can express it, UTF-8 cannot.
            text = json.dumps(json.loads(text))
        self._queued += len(text)
        self._outgoing.put_nowait(text)

    def _hang_up(self, code: int, reason: str) -> None:
        """Ends this connection, not the socket, which reconnects even if the other side has fallen silent."""
        self._outgoing = None
        if self._socket is not None and self._hung_up is None:
            self._hung_up = Ending(ABNORMAL, reason)
            self._in_background(self._socket.close(code, reason))

    async def _connection(self) -> Ending:
        websockets = imported('websockets')
        self._hung_up = None
        try:
            socket = await within(
                _HANDSHAKE,
                websockets.connect(
                    'ws' + self.url[len('http'):] + self._path(),
                    subprotocols=self._subprotocols(),
                    max_size=_MAX_FRAME,
                    open_timeout=None,
                    close_timeout=_CLOSE,
                ),
            )
        except (OSError, asyncio.TimeoutError, EOFError, websockets.InvalidHandshake) as failure:
            return _refusal(failure)
        except websockets.WebSocketException as failure:
            return Ending(ABNORMAL, str(failure))
        if self.ended:
            # Closed at the very moment it was established.
            await socket.close()
            return Ending(ABNORMAL, 'closed')
        outgoing: 'asyncio.Queue[Optional[str]]' = asyncio.Queue()
        self._socket, self._outgoing, self._queued = socket, outgoing, 0
        writer = asyncio.ensure_future(self._write(socket, outgoing))
        watcher = asyncio.ensure_future(_watch(socket))
        try:
            self._opened()
            return await self._read(socket, websockets)
        finally:
            self._socket = self._outgoing = None
            if self.ended:
                # Sends what the caller said before `close`.
                outgoing.put_nowait(None)
                await asyncio.wait({writer}, timeout=_CLOSE)
            writer.cancel()
            watcher.cancel()
            # Waits for the last message to be sent, but not for a peer that may be silent.
            closing = self._in_background(socket.close())
            if self.ended:
                await asyncio.wait({closing})

    def _in_background(self, work: Coroutine[Any, Any, None]) -> 'asyncio.Task[None]':
        task = asyncio.get_running_loop().create_task(work)
        # The loop only keeps weak references to tasks.
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _read(self, socket: Any, websockets: Any) -> Ending:
        try:
            while not self.ended and self._hung_up is None:
                frame = _object(await socket.recv())
                if self.ended or self._hung_up is not None:
                    break
                if frame is None:
                    # Better to reconnect than to continue without a frame.
                    self._hang_up(GARBAGE, 'not a JSON object')
                else:
                    self._received(frame)
        except websockets.ConnectionClosed as closed:
            # The close frame that this side sent to a broken peer must not count as the server's.
            received = closed.rcvd
            if self._hung_up is None:
                return Ending(received.code, received.reason) if received is not None else Ending(ABNORMAL, str(closed))
        return self._hung_up or Ending(ABNORMAL, 'closed')

    async def _write(self, socket: Any, outgoing: 'asyncio.Queue[Optional[str]]') -> None:
        while (text := await outgoing.get()) is not None:
            try:
                await socket.send(text)
            except Exception:
                # The reader learns how the connection ended.
                return
            self._queued -= len(text)


async def _watch(socket: Any) -> None:
    """Since version 14, the library waits forever for a silent peer after a frame that breaks the protocol."""
    while True:
        await asyncio.sleep(_CLOSE)
        if socket.state.name == 'CLOSING':
            await socket.close()


def _object(data: Any) -> Optional[Dict[str, Any]]:
    if not isinstance(data, str):
        return None
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refusal(failure: BaseException) -> Ending:
    """The HTTP status that answered the handshake, for websockets both before and since version 14."""
    response = getattr(failure, 'response', None)
    status = getattr(failure, 'status_code', getattr(response, 'status_code', None))
    headers = getattr(failure, 'headers', getattr(response, 'headers', None))
    if not isinstance(status, int) or headers is None:
        return Ending(ABNORMAL, str(failure) or type(failure).__name__)
    return Ending(refusal_of(status), f'answered with status {status}', retry_after(headers.get('Retry-After')) or 0.0)
