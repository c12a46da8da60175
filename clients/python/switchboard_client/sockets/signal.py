"""Typed events."""
from __future__ import annotations

import asyncio
import inspect
import logging
from typing import Any, Callable, Generic, List, Set, TypeVar

T = TypeVar('T')
R = TypeVar('R')

_log = logging.getLogger('switchboard_client')


class Signal(Generic[T]):
    """
    An event that can be listened to: `socket.on_message(listener)`, also as a decorator.

    Listeners are functions, or coroutine functions, which run as tasks of their own. One that raises is logged and does
    not affect the others.
    """

    def __init__(self) -> None:
        self._listeners: List[Callable[[T], Any]] = []
        self._tasks: Set['asyncio.Future[Any]'] = set()

    def __call__(self, listener: Callable[[T], R]) -> Callable[[T], R]:
        self._listeners.append(listener)
        return listener

    def remove(self, listener: Callable[[T], Any]) -> None:
        self._listeners.remove(listener)

    def emit(self, event: T) -> None:
        for listener in list(self._listeners):
            try:
                result = listener(event)
                if inspect.isawaitable(result):
                    task = asyncio.ensure_future(result)
                    self._tasks.add(task)
                    task.add_done_callback(self._done)
            except Exception:
                _log.exception('A listener failed')

    def _done(self, task: 'asyncio.Future[Any]') -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error('A listener failed', exc_info=task.exception())
