"""Reconnects until told to stop."""
from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, Optional, TypeVar

from ..backoff import full_jitter
from .close_codes import ABNORMAL, BACK_OFF, STOP, verdict_of
from .signal import Signal

P = TypeVar('P', bound='Persistent')

#: How many failed attempts 1013 and 4029 count as.
BUSY_FAILURES = 4


class SocketEnd(NamedTuple):
    """How a connection ended. `code`: that of WebSocket, or else 1006 for lost and 1008 for told to stay away."""

    code: int
    reason: str


class Reconnecting(NamedTuple):
    code: int
    reason: str
    #: Seconds until the next attempt.
    wait: float


class Ending(NamedTuple):
    """The end as the connection itself saw it."""

    code: int
    reason: str
    #: How long the server asked to wait.
    retry_after: float = 0.0


class Persistent:
    """
    Must be created where an event loop runs: it connects at once, and reconnects.
    `async with` closes it at the end; `wait_closed` waits until it has ended for good.
    """

    def __init__(
        self, *, url: str, first: float = 0.5, longest: float = 30.0, give_up_after: Optional[int] = None
    ) -> None:
        """
        url            `https://switchboard.example.org`
        first          upper bound of the first wait before a reconnect in seconds; it doubles with each failure
        longest        longest wait in seconds
        give_up_after  consecutive failed attempts after which it stops; None: never
        """
        #: The connection is lost; the next attempt follows after `wait` seconds.
        self.on_reconnecting: Signal[Reconnecting] = Signal()
        #: It has ended for good: `close` was called, or the server said not to come back.
        self.on_closed: Signal[SocketEnd] = Signal()
        self.url = url.rstrip('/')
        self._first, self._longest, self._give_up_after = first, longest, give_up_after
        self._failures = 0
        self._end: Optional[SocketEnd] = None
        self._pause: Optional['asyncio.Future[None]'] = None
        # Listeners are added before it starts.
        self._task = asyncio.get_running_loop().create_task(self._live())

    async def __aenter__(self: P) -> P:
        return self

    async def __aexit__(self, *_error: Any) -> None:
        self.close()
        await self.wait_closed()

    @property
    def ended(self) -> bool:
        return self._end is not None

    def close(self) -> None:
        self._finish(SocketEnd(1000, 'closed by the caller'))

    def retry(self) -> None:
        """Ends the wait for the next attempt: call it when the server may be back."""
        if self._pause is not None and not self._pause.done():
            self._pause.set_result(None)

    async def wait_closed(self) -> SocketEnd:
        """How it ended, once it has."""
        await asyncio.wait({self._task})
        return self._end or SocketEnd(ABNORMAL, 'cancelled')

    async def _connection(self) -> Ending:
        """Covers one connection, from the attempt to its end. Its errors are not network errors, and end everything."""
        raise NotImplementedError

    def _lost(self, end: SocketEnd) -> str:
        """Called with the end of each connection, before the next is tried."""
        return verdict_of(end.code)

    def _over(self) -> None:
        """Called once, before `on_closed`."""

    def _settle(self) -> None:
        """Resets the count of failures."""
        self._failures = 0

    def _finish(self, end: SocketEnd) -> None:
        if self._end is not None:
            return
        self._end = end
        self._over()
        self.on_closed.emit(end)
        if _current_task() is not self._task:
            self._task.cancel()

    async def _live(self) -> None:
        try:
            while self._end is None:
                ending = await self._connection()
                if self._end is not None:
                    return
                end = SocketEnd(ending.code, ending.reason)
                verdict = self._lost(end)
                if self._end is not None:
                    # A listener of the loss has closed it.
                    return
                if verdict == STOP or (self._give_up_after is not None and self._failures >= self._give_up_after):
                    self._finish(end)
                    return
                failures = max(self._failures, BUSY_FAILURES) if verdict == BACK_OFF else self._failures
                wait = ending.retry_after + full_jitter(failures, self._first, self._longest)
                self._failures += 1
                self._pause = asyncio.get_running_loop().create_future()
                self.on_reconnecting.emit(Reconnecting(end.code, end.reason, wait))
                if self._end is None:
                    await asyncio.wait({self._pause}, timeout=wait)
        except Exception as error:
            self._finish(SocketEnd(ABNORMAL, f'{type(error).__name__}: {error}'))
        except asyncio.CancelledError:
            # Cancelled by whoever ends the loop; `close` has set the end before.
            self._finish(SocketEnd(ABNORMAL, 'cancelled'))
            raise


def _current_task() -> Optional['asyncio.Task[Any]']:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None
