"""What the classes made from the OpenAPI document have in common."""
from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Protocol
from urllib.parse import quote, urlencode

from ..problems import UnexpectedAnswer
from ..transport import Request


class Transport(Protocol):
    """Sends a call and reads its answer; `Switchboard` is one."""

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, Any]] = None,
        body: Any = None,
        has_body: bool = False,
        auth: str = '',
        answer: str = 'json',
    ) -> Any: ...


_NO_BODY = object()


class Resource:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, Any]] = None,
        headers: Optional[Mapping[str, Any]] = None,
        body: Any = _NO_BODY,
        auth: str,
        answer: str,
    ) -> Any:
        has_body = body is not _NO_BODY
        return self._transport.call(
            method,
            path,
            query=query,
            headers=headers,
            body=body if has_body else None,
            has_body=has_body,
            auth=auth,
            answer=answer,
        )


def segment(value: object) -> str:
    """One step of a path, whatever is in it. Raises ValueError for what would be another path."""
    text = str(value)
    if text in ('', '.', '..'):
        raise ValueError(f'Not to be named in a path: {text!r}')
    return quote(text, safe='')


def encoded(
    method: str, path: str, query: Mapping[str, Any], headers: Mapping[str, Any], body: Any, has_body: bool
) -> Request:
    """Raises ValueError or TypeError for a body that is not JSON."""
    asked = urlencode([(name, _text(value)) for name, value in query.items() if value is not None])
    sent: Dict[str, str] = {'Accept': 'application/json'}
    sent.update((name, _text(value)) for name, value in headers.items() if value is not None)
    data: Optional[bytes] = None
    if has_body:
        data = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        sent['Content-Type'] = 'application/json'
    return Request(method, f'{path}?{asked}' if asked else path, sent, data)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def items(page_at: Callable[[Optional[str]], Any]) -> Iterator[Any]:
    """Every item of a list, page after page."""
    cursor: Optional[str] = None
    while True:
        page = page_at(cursor)
        if not isinstance(page, dict) or not isinstance(page.get('items'), list):
            raise UnexpectedAnswer(200, page)
        yield from page['items']
        following = page.get('nextCursor')
        if not isinstance(following, str):
            return
        if following == cursor:
            raise UnexpectedAnswer(200, 'the next page is this page')
        cursor = following
