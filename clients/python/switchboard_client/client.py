"""REST v1."""
from __future__ import annotations

import ssl
from typing import Any, Mapping, Optional, Union

from .login import Login, OnTokens, TokenPair
from .problems import UnexpectedAnswer
from .rest import models
from .rest.resource import encoded
from .rest.resources import Api
from .transport import Answer, Http, Request, Retry, result_of, retrying


class Switchboard(Api):
    """
    Everything that REST v1 can do. Methods are named after operation ids, return the body and raise `Problem`.
    One object may be used by many threads.
    """

    def __init__(
        self,
        *,
        url: str,
        api_key: Optional[str] = None,
        token: Optional[str] = None,
        tokens: Optional[TokenPair] = None,
        on_tokens: Optional[OnTokens] = None,
        retry: Retry = Retry(),
        timeout: float = 30.0,
        ssl_context: Optional[ssl.SSLContext] = None,
    ) -> None:
        """
        url        `https://switchboard.example.org`
        api_key    an application's key, for rooms and what belongs to them
        token      a bearer token that is not refreshed; instead of signing in
        tokens     a pair kept from an earlier run
        on_tokens  called with each new pair, to keep it, and with None when the login has ended
        timeout    seconds that the server may stay silent
        """
        self._http = Http(url, timeout=timeout, ssl_context=ssl_context)
        self._api_key = api_key
        self._token = token
        self._send = retrying(self._authorized, retry)
        self._login = Login(self._refresh, tokens, on_tokens)
        super().__init__(self)

    @property
    def url(self) -> str:
        """Without a trailing slash."""
        return self._http.url

    def sign_in(self, *, email: str, password: str) -> models.UserDto:
        """Signs a person in; later calls are made as that person."""
        answer = self.auth.login(body={'email': email, 'password': password})
        self._login.begin(_pair(answer))
        return answer['user']

    def sign_in_device(self, *, username: str, password: str) -> models.DeviceDto:
        """Signs a device of a circle in."""
        answer = self.auth.device_login(body={'username': username, 'password': password})
        self._login.begin(_pair(answer))
        return answer['device']

    def sign_out(self) -> None:
        """Ends the login on the server, including its sockets."""
        self.auth.logout()
        self._login.begin(None)

    def access_token(self, refused: Optional[str] = None) -> Optional[str]:
        """An access token for sockets, refreshed if needed. `refused`: one that the server no longer accepts."""
        if self._token is not None:
            return None if self._token == refused else self._token
        return self._login.access_token() if refused is None else self._login.replacement_for(refused)

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
    ) -> Any:
        """One call, for the methods generated from the OpenAPI document."""
        request = encoded(method, path, query or {}, headers or {}, body, has_body)
        if auth.startswith('apiKey') and self._api_key is not None:
            request = with_header(request, 'API-KEY', self._api_key)
        elif auth.endswith('bearer'):
            token = self.access_token()
            if token is not None:
                request = with_header(request, 'Authorization', f'Bearer {token}')
        return result_of(self._send(request), answer)

    def send_once(self, request: Request) -> Answer:
        """Sends with this login's token, without retries: for uploads, whose bytes come from a file."""
        token = self.access_token()
        return self._http.send(request if token is None else with_header(request, 'Authorization', f'Bearer {token}'))

    def _authorized(self, request: Request) -> Answer:
        """Repeats requests that were refused for their token, with a new one: they had no effect."""
        answer = self._http.send(request)
        shown = request.headers.get('Authorization', '')
        if answer.status != 401 or not shown.startswith('Bearer '):
            return answer
        token = self.access_token(shown[len('Bearer '):])
        return answer if token is None else self._http.send(with_header(request, 'Authorization', f'Bearer {token}'))

    def _refresh(self, refresh_token: str) -> TokenPair:
        # Not retried by the transport: the login knows for how long it may be repeated.
        return _pair(self.auth.refresh(body={'refreshToken': refresh_token}))


def with_header(request: Request, name: str, value: str) -> Request:
    return request._replace(headers={**request.headers, name: value})


def _pair(answer: Union[models.LoginDto, models.DeviceLoginDto, models.TokenPairDto]) -> TokenPair:
    try:
        return TokenPair(str(answer['accessToken']), str(answer['refreshToken']), float(answer['expiresIn']))
    except (KeyError, TypeError, ValueError) as error:
        raise UnexpectedAnswer(200, answer) from error
