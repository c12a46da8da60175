"""Waiting that ends."""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable


async def within(seconds: float, work: Awaitable[Any]) -> Any:
    """
    What `work` gives. Raises what it raises, or asyncio.TimeoutError. Where the wait is cancelled in the moment in which
    `work` fails, nobody hears of the failure, and asyncio does not complain.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_seen)
    return await asyncio.wait_for(task, seconds)


def _seen(task: 'asyncio.Future[Any]') -> None:
    if not task.cancelled():
        task.exception()
