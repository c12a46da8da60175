"""What can go wrong with a request."""
from __future__ import annotations

from typing import Any, List, NamedTuple, Optional


class FieldError(NamedTuple):
    field: str
    message: str


class SwitchboardError(Exception):
    """Base class of everything that this package raises."""


class Problem(SwitchboardError):
    """A refusal by the server (RFC 9457)."""

    def __init__(
        self,
        *,
        code: str,
        status: int,
        title: str,
        detail: str = '',
        request_id: Optional[str] = None,
        errors: Optional[List[FieldError]] = None,
    ) -> None:
        super().__init__(detail or title)
        #: One of `models.ProblemCode`; a newer server may send others.
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        #: Quote it to the operator: it is in the server's logs.
        self.request_id = request_id
        #: The invalid members, with 422.
        self.errors: List[FieldError] = errors or []


class UnexpectedAnswer(SwitchboardError):
    """An answer that is not Switchboard's, for example a proxy's error page."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f'The answer {status} is not what the server would say')
        self.status = status
        self.body = body


class NoAnswer(SwitchboardError):
    """No answer came within the allowed number of attempts."""


class NotConnected(SwitchboardError):
    """Nothing can be sent: the connection is not open."""


class Unconfirmed(SwitchboardError):
    """It was sent but not answered: whether it was received is not known."""


class MessageRefused(SwitchboardError):
    """The server has refused a message; nobody got it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def error_of(body: Any, status: int) -> SwitchboardError:
    """The error for an answer that is not a success."""
    if not isinstance(body, dict) or not isinstance(body.get('code'), str) or not isinstance(body.get('title'), str):
        return UnexpectedAnswer(status, body)
    detail, request_id, errors = body.get('detail'), body.get('requestId'), body.get('errors')
    return Problem(
        code=body['code'],
        status=status,
        title=body['title'],
        detail=detail if isinstance(detail, str) else '',
        request_id=request_id if isinstance(request_id, str) else None,
        errors=[
            FieldError(str(each.get('field', '')), str(each.get('message', '')))
            for each in (errors if isinstance(errors, list) else [])
            if isinstance(each, dict)
        ],
    )
