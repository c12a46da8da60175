"""Waiting with a timeout."""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable


async def within(seconds: float, work: Awaitable[Any]) -> Any:
    """
    Returns what `work` returns. Raises what it raises, or asyncio.TimeoutError. If the wait is cancelled at the moment
    `work` fails, the failure is discarded, and asyncio does not complain.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_seen)
    return await asyncio.wait_for(task, seconds)


def _seen(task: 'asyncio.Future[Any]') -> None:
    if not task.cancelled():
        task.exception()
