"""Uploads of files that messages of circles have announced."""
from __future__ import annotations

import base64
import io
import os
import secrets
import time
from typing import IO, Callable, Dict, Mapping, Optional, Union
from urllib.parse import quote

from .backoff import full_jitter, retry_after
from .client import Switchboard
from .problems import NoAnswer, Problem, SwitchboardError, UnexpectedAnswer, error_of
from .rest import models
from .transport import NETWORK_ERRORS, Answer, Request

Progress = Callable[[int, int], None]

_PASSING = frozenset({408, 423, 429, 500, 502, 503, 504})
_CONFLICT = 409
_TUS = {'Tus-Resumable': '1.0.0'}


class _Passing(Exception):
    """An error that may not occur on the next attempt."""

    def __init__(self, cause: SwitchboardError, patience: float = 0.0) -> None:
        super().__init__('passing')
        self.cause = cause
        self.patience = patience


def upload_file(
    sdk: Switchboard,
    *,
    media: int,
    file: Union[str, 'os.PathLike[str]', bytes, IO[bytes]],
    name: Optional[str] = None,
    content_type: str = 'application/octet-stream',
    on_progress: Optional[Progress] = None,
    resumable: bool = True,
    piece_bytes: int = 8 * 1024 * 1024,
    attempts: int = 10,
) -> models.MediaDto:
    """
    Uploads a file that a message has announced, across network errors and restarts of the server.

    file         a path, bytes, or a seekable file that is open for reading
    name         defaults to that of the path, or else `file`
    on_progress  called with the number of bytes sent, and the total
    resumable    uses tus: an interrupted upload continues where it was, even in a later run. False: one multipart
                 request, which starts over when interrupted
    piece_bytes  largest piece of a resumable upload
    attempts     consecutive failed attempts without progress before giving up

    Raises Problem or UnexpectedAnswer when it is refused, NoAnswer when it has given up. A resumable upload may then be
    started again, and continues.
    """
    if piece_bytes < 1 or attempts < 1:
        raise ValueError('piece_bytes and attempts are at least 1')
    if isinstance(file, (str, os.PathLike)):
        own = name if name is not None else os.path.basename(os.fspath(file))
        with open(file, 'rb') as opened:
            _Upload(sdk, media, opened, own, content_type, on_progress, piece_bytes, attempts).run(resumable)
    else:
        stream = io.BytesIO(file) if isinstance(file, bytes) else file
        _Upload(sdk, media, stream, name or 'file', content_type, on_progress, piece_bytes, attempts).run(resumable)
    return sdk.media.get(id=media)


class _Upload:
    def __init__(
        self,
        sdk: Switchboard,
        media: int,
        file: IO[bytes],
        name: str,
        content_type: str,
        on_progress: Optional[Progress],
        piece_bytes: int,
        attempts: int,
    ) -> None:
        self._sdk = sdk
        self._media = media
        self._file = file
        self._name = name
        self._content_type = content_type
        self._on_progress = on_progress
        self._piece_bytes = piece_bytes
        self._attempts = attempts
        self._size = file.seek(0, os.SEEK_END)
        self._failures = 0
        if any(character in content_type for character in '\r\n'):
            raise ValueError('content_type is one line')

    def run(self, resumable: bool) -> None:
        if resumable:
            self._in_pieces()
        else:
            while not self._tried(self._at_once):
                pass

    def _at_once(self) -> int:
        boundary = secrets.token_hex(16)
        # Names are escaped as in browsers.
        name = self._name.replace('\r', '%0D').replace('\n', '%0A').replace('"', '%22')
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f'Content-Type: {self._content_type}\r\n\r\n'
        ).encode()
        tail = f'\r\n--{boundary}--\r\n'.encode()
        body = _Body(self._file, 0, self._size, self._told, head, tail)
        headers = {'Content-Type': f'multipart/form-data; boundary={boundary}', 'Content-Length': str(body.length)}
        try:
            self._send('PUT', f'/api/v1/media/{int(self._media)}/content', headers, body)
        except Problem as problem:
            # A previous attempt succeeded, but its answer was lost.
            if self._failures == 0 or problem.status != _CONFLICT:
                raise
        return 1

    def _in_pieces(self) -> None:
        offset: Optional[int] = None
        while offset is None or offset < self._size:
            before = offset
            offset = self._tried(self._stand if before is None else lambda: self._append(before or 0))
            if before is not None and offset is not None and offset > before:
                self._failures = 0

    def _stand(self) -> int:
        """How much of this file the server has."""
        try:
            answer = self._tus('HEAD')
        except SwitchboardError as error:
            if getattr(error, 'status', None) != 404:
                raise
        else:
            if answer.headers.get('upload-length') == str(self._size):
                return _offset_of(answer, self._size)
        metadata = f'filename {_base64(self._name)},filetype {_base64(self._content_type)}'
        self._tus('POST', {'Upload-Length': str(self._size), 'Upload-Metadata': metadata})
        return 0

    def _append(self, offset: int) -> int:
        length = min(self._piece_bytes, self._size - offset)
        headers = {
            'Upload-Offset': str(offset),
            'Content-Type': 'application/offset+octet-stream',
            'Content-Length': str(length),
        }
        return _offset_of(self._tus('PATCH', headers, _Body(self._file, offset, length, self._told)), self._size)

    def _tus(self, method: str, headers: Mapping[str, str] = {}, body: Optional[_Body] = None) -> Answer:
        return self._send(method, f'/api/v1/media/{int(self._media)}/upload', {**_TUS, **headers}, body)

    def _send(self, method: str, path: str, headers: Dict[str, str], body: Optional[_Body]) -> Answer:
        try:
            answer = self._sdk.send_once(Request(method, path, headers, body))
            if answer.status == 401 and body is not None:
                body.rewind()
                shown = self._sdk.access_token()
                if shown is not None and self._sdk.access_token(shown) is not None:
                    answer = self._sdk.send_once(Request(method, path, headers, body))
        except NETWORK_ERRORS as failure:
            raise _Passing(NoAnswer(f'The server does not answer: {failure}')) from failure
        except NoAnswer as failure:
            raise _Passing(failure) from failure
        if 200 <= answer.status < 300:
            return answer
        error = error_of(answer.json(), answer.status)
        # For a PATCH, a conflict means that the server has more or less than assumed.
        if answer.status in _PASSING or (answer.status == _CONFLICT and method == 'PATCH'):
            raise _Passing(error, retry_after(answer.headers.get('retry-after')) or 0.0)
        raise error

    def _tried(self, step: Callable[[], int]) -> Optional[int]:
        """None when the step is to be repeated."""
        try:
            return step()
        except _Passing as passing:
            self._failures += 1
            if self._failures >= self._attempts:
                raise passing.cause
            time.sleep(passing.patience + full_jitter(self._failures - 1, 0.25, 30.0))
            return None

    def _told(self, sent: int) -> None:
        if self._on_progress is not None:
            self._on_progress(min(sent, self._size), self._size)


class _Body:
    """A part of a file, between a head and a tail, that reports its progress."""

    def __init__(
        self,
        file: IO[bytes],
        offset: int,
        length: int,
        told: Callable[[int], None],
        head: bytes = b'',
        tail: bytes = b'',
    ) -> None:
        self._file = file
        self._offset = offset
        self._told = told
        self._parts = (head, length, tail)
        self.length = len(head) + length + len(tail)
        self.rewind()

    def rewind(self) -> None:
        self._head, self._left, self._tail = self._parts
        self._file.seek(self._offset)

    def read(self, size: int = -1) -> bytes:
        size = 1 << 16 if size < 0 else size
        if self._head:
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        if self._left > 0:
            piece = self._file.read(min(size, self._left))
            if not piece:
                raise ValueError('The file has become shorter')
            self._left -= len(piece)
            self._told(self._offset + self._parts[1] - self._left)
            return piece
        piece, self._tail = self._tail[:size], self._tail[size:]
        return piece


def _offset_of(answer: Answer, size: int) -> int:
    text = answer.headers.get('upload-offset', '')
    if text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= size:
        return int(text)
    # No tus server answers like this.
    raise _Passing(UnexpectedAnswer(answer.status, 'without Upload-Offset'))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
