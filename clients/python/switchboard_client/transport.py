"""One HTTP request and its answer, and what may be retried."""
from __future__ import annotations

import http.client
import json
import ssl
import time
import urllib.request
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Protocol, Union
from urllib.parse import urlsplit

from .backoff import full_jitter, retry_after
from .problems import NoAnswer, UnexpectedAnswer, error_of

#: What the network does to a request. Wrong arguments are `ValueError`s, and the caller's fault.
NETWORK_ERRORS = (OSError, http.client.HTTPException)

_IDEMPOTENT = frozenset({'GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'})
_BUSY = frozenset({429, 503})
_FIRST = 0.25
_PIECE = 1 << 16


class Answer(NamedTuple):
    status: int
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, as text unless it is JSON."""
        text = self.body.decode('utf-8', 'replace')
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text


class Readable(Protocol):
    def read(self, size: int = -1) -> bytes: ...


class Request(NamedTuple):
    method: str
    #: Path and query, quoted.
    path: str
    headers: Mapping[str, str]
    #: Bytes, or something like a file, with its length in `Content-Length`.
    body: Union[None, bytes, Readable] = None


Send = Callable[[Request], Answer]


class Retry(NamedTuple):
    #: Total number of attempts; 1 = never retry.
    attempts: int = 4
    #: Longest wait in seconds. A longer `Retry-After` is left to the caller.
    longest: float = 30.0


class Http:
    """Sends requests to one server. Redirects are not followed, so that credentials go nowhere else."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        ssl_context: Optional[ssl.SSLContext] = None,
        max_answer: int = 1 << 28,
    ) -> None:
        self.url = url.rstrip('/')
        if urlsplit(self.url).scheme not in ('http', 'https'):
            raise ValueError('The url is http://… or https://…')
        self._timeout = timeout
        self._max_answer = max_answer
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=ssl_context or ssl.create_default_context()),
        ):
            self._opener.add_handler(handler)

    def open(self, request: Request, timeout: Optional[float] = None) -> http.client.HTTPResponse:
        """The answer, with its body still unread. Raises one of NETWORK_ERRORS."""
        prepared = urllib.request.Request(
            self.url + request.path, data=request.body, headers=dict(request.headers), method=request.method
        )
        answer = self._opener.open(prepared, timeout=timeout or self._timeout)
        if not isinstance(answer, http.client.HTTPResponse):
            raise http.client.HTTPException('No answer of HTTP')
        return answer

    def send(self, request: Request) -> Answer:
        """The complete answer. Raises one of NETWORK_ERRORS."""
        with self.open(request) as answer:
            body = bytearray()
            while True:
                piece = answer.read(_PIECE)
                if not piece:
                    break
                body += piece
                if len(body) > self._max_answer:
                    raise UnexpectedAnswer(answer.status, f'more than {self._max_answer} bytes')
            length = answer.getheader('Content-Length')
            # If it were read in pieces, a truncated answer would look like a complete one.
            if request.method != 'HEAD' and length is not None and length.isdigit() and len(body) < int(length):
                if answer.status not in (204, 304):
                    raise http.client.IncompleteRead(bytes(body), int(length) - len(body))
            headers: Dict[str, str] = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, bytes(body))


def retrying(send: Send, retry: Retry) -> Send:
    """Retries requests that may be sent twice, after 429, 503 and network errors."""

    def attempt(request: Request) -> Answer:
        limit = max(1, retry.attempts) if _may_repeat(request) else 1
        for failures in range(limit):
            is_last = failures + 1 >= limit
            patience = 0.0
            try:
                answer = send(request)
            except NETWORK_ERRORS as failure:
                if is_last:
                    raise NoAnswer(f'The server does not answer: {failure}') from failure
            else:
                patience = retry_after(answer.headers.get('retry-after')) or 0.0
                if is_last or answer.status not in _BUSY or patience > retry.longest:
                    return answer
            time.sleep(patience + full_jitter(failures, _FIRST, retry.longest))
        raise AssertionError('the last attempt answers or raises')

    return attempt


def _may_repeat(request: Request) -> bool:
    return request.method in _IDEMPOTENT or 'Idempotency-Key' in request.headers


def result_of(answer: Answer, kind: str) -> Any:
    """The return value of a method. Raises Problem or UnexpectedAnswer."""
    if answer.status == 304 and kind == 'bytes':
        return None
    if not 200 <= answer.status < 300:
        raise error_of(answer.json(), answer.status)
    if kind == 'bytes':
        return answer.body
    if kind == 'text':
        return answer.body.decode('utf-8', 'replace')
    if kind == 'none':
        return None
    value = answer.json()
    # Text where JSON was expected is not from this API, nor is JSON that is just a string.
    if isinstance(value, str):
        raise UnexpectedAnswer(answer.status, value)
    return value
