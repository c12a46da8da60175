"""The tokens of one login."""
from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from typing import Callable, NamedTuple, Optional

from .backoff import full_jitter
from .problems import NoAnswer, Problem


class TokenPair(NamedTuple):
    access_token: str
    refresh_token: str
    #: Seconds until the access token expires.
    expires_in: float


OnTokens = Callable[[Optional[TokenPair]], None]

#: Tokens are refreshed this long before they expire, so that none expires on its way.
_MARGIN = 30.0
#: The server returns the same pair for the same refresh token within ten seconds; after that it ends the login.
_REPEATABLE = 8.0


class Login:
    """However many threads need a new token at once, it is refreshed once."""

    def __init__(
        self,
        refresh: Callable[[str], TokenPair],
        tokens: Optional[TokenPair] = None,
        on_tokens: Optional[OnTokens] = None,
    ) -> None:
        self._refresh = refresh
        self._on_tokens = on_tokens
        self._lock = threading.Lock()
        self._tokens = tokens
        # The age of a kept pair is not known, so it is used until the server says that it has expired.
        self._fresh_until = float('inf')
        self._refreshing: Optional['Future[Optional[str]]'] = None

    def access_token(self) -> Optional[str]:
        """A token that should be valid; None when nobody is signed in."""
        with self._lock:
            tokens, is_fresh = self._tokens, time.monotonic() < self._fresh_until
        if tokens is None:
            return None
        return tokens.access_token if is_fresh else self._renew(tokens)

    def replacement_for(self, refused: str) -> Optional[str]:
        """A token to replace one that the server has refused."""
        with self._lock:
            tokens = self._tokens
        if tokens is None or tokens.access_token != refused:
            return None if tokens is None else tokens.access_token
        return self._renew(tokens)

    def begin(self, tokens: Optional[TokenPair]) -> None:
        with self._lock:
            self._keep(tokens)
        self._tell(tokens)

    def _keep(self, tokens: Optional[TokenPair]) -> None:
        self._tokens = tokens
        # Short-lived tokens are used for half of their life.
        life = float('inf') if tokens is None else tokens.expires_in
        self._fresh_until = time.monotonic() + max(life - _MARGIN, life / 2)

    def _tell(self, tokens: Optional[TokenPair]) -> None:
        if self._on_tokens is not None:
            self._on_tokens(tokens)

    def _renew(self, stale: TokenPair) -> Optional[str]:
        with self._lock:
            # Another thread was faster.
            if self._tokens is not stale:
                return None if self._tokens is None else self._tokens.access_token
            running = self._refreshing
            own: 'Future[Optional[str]]' = Future()
            if running is None:
                self._refreshing = own
        if running is not None:
            return running.result()
        try:
            own.set_result(self._exchange(stale))
        except BaseException as error:
            own.set_exception(error)
        finally:
            with self._lock:
                self._refreshing = None
        return own.result()

    def _exchange(self, before: TokenPair) -> Optional[str]:
        try:
            after: Optional[TokenPair] = self._ask(before.refresh_token)
        except Problem as problem:
            if problem.status == 401:
                self._replace(before, None)
            raise
        return self._replace(before, after)

    def _replace(self, before: TokenPair, after: Optional[TokenPair]) -> Optional[str]:
        """A sign-in or sign-out that happened meanwhile wins."""
        with self._lock:
            is_current = self._tokens is before
            if is_current:
                self._keep(after)
            token = None if self._tokens is None else self._tokens.access_token
        if is_current:
            self._tell(after)
        return token

    def _ask(self, refresh_token: str) -> TokenPair:
        until = time.monotonic() + _REPEATABLE
        failures = 0
        while True:
            try:
                return self._refresh(refresh_token)
            except NoAnswer:
                wait = full_jitter(failures, 0.25, 2.0)
                if time.monotonic() + wait > until:
                    raise
            failures += 1
            time.sleep(wait)
