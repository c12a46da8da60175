"""Servers that misbehave on command, as no real one would."""
from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

Staged = Tuple[int, Dict[str, str], bytes]


class HttpServer:
    """Gives the staged answers in order, then whatever `answer` returns. None: it hangs up."""

    def __init__(self, answer: Callable[[str, str, Dict[str, str]], Optional[Staged]]) -> None:
        self.seen: List[str] = []
        self.headers: List[Dict[str, str]] = []
        self.bodies: List[bytes] = []
        self.staged: List[Optional[Staged]] = []
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            def handle_any(handler) -> None:
                body = handler.rfile.read(int(handler.headers.get('Content-Length') or 0))
                headers = {name.lower(): value for name, value in handler.headers.items()}
                with lock:
                    self.seen.append(f'{handler.command} {handler.path}')
                    self.headers.append(headers)
                    self.bodies.append(body)
                    is_staged = bool(self.staged)
                    staged = self.staged.pop(0) if is_staged else None
                staged = staged if is_staged else answer(handler.command, handler.path, headers)
                if staged is None:
                    handler.close_connection = True
                    return
                status, more, content = staged
                handler.send_response(status)
                more = {'Content-Length': str(len(content)), **more}
                for name, value in more.items():
                    handler.send_header(name, value)
                handler.end_headers()
                handler.wfile.write(content)
                handler.close_connection = True

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

            def log_message(handler, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self._server.server_address[1]}'
        threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Peer:
    """The server's side of one WebSocket, without a library."""

    def __init__(
        self, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: List[str]
    ) -> None:
        self.path = path
        self._heard = heard
        self._reader, self._writer = reader, writer

    async def text(self) -> str:
        """The client's next text. Raises asyncio.IncompleteReadError at the end."""
        while True:
            head = await self._reader.readexactly(2)
            length = head[1] & 127
            if length > 125:
                length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8), 'big')
            mask = await self._reader.readexactly(4)
            data = bytes(byte ^ mask[index % 4] for index, byte in enumerate(await self._reader.readexactly(length)))
            if head[0] & 15 == 1:
                self._heard.append(data.decode())
                return self._heard[-1]
            if head[0] & 15 == 8:
                # A client that hangs up waits for the answer.
                self.frame(8, data)
                self._writer.close()

    def say(self, text: str) -> None:
        self.frame(1, text.encode())

    def frame(self, opcode: int, data: bytes, cut: int = 0) -> None:
        head = bytes([128 | opcode]) + (bytes([len(data)]) if len(data) < 126 else b'\x7e' + len(data).to_bytes(2, 'big'))
        whole = head + data
        self._writer.write(whole[: len(whole) - cut])

    def close(self, code: int) -> None:
        self.frame(8, code.to_bytes(2, 'big'))
        self._writer.close()

    def break_off(self) -> None:
        self._writer.close()


class SocketServer:
    """One script per connection, the last one for all that follow. A number: answers the handshake with this status."""

    def __init__(self, *scripts: Any) -> None:
        self._scripts = list(scripts)
        self.paths: List[str] = []
        #: All texts of all clients.
        self.heard: List[str] = []
        #: A client has hung up.
        self.gone = asyncio.Event()
        self.url = ''
        self._server: Any = None

    async def __aenter__(self) -> SocketServer:
        self._server = await asyncio.start_server(self._serve, '127.0.0.1', 0)
        self.url = f'http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}'
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            # A client may go at any point, even before it has sent a request.
            self.gone.set()
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b'\r\n\r\n')).decode()
        path = head.split(' ')[1]
        self.paths.append(path)
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        if isinstance(script, int):
            writer.write(f'HTTP/1.1 {script} No\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n'.encode())
            writer.close()
            return
        keys = [line.split(': ')[1] for line in head.split('\r\n') if line.lower().startswith('sec-websocket-key')]
        if not keys:
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nno JSON')
            writer.close()
            return
        accept = base64.b64encode(hashlib.sha1((keys[0] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest()).decode()
        writer.write(
            f'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n'.encode()
        )
        run: Callable[[Peer], Awaitable[None]] = script
        await run(Peer(path, reader, writer, self.heard))
