"""Switchboard from Python: REST v1. The sockets are in `rooms`, `services`, `omikron`, `circles` and `signaling`."""
from .client import Switchboard
from .login import TokenPair
from .problems import (
    FieldError,
    MessageRefused,
    NoAnswer,
    NotConnected,
    Problem,
    SwitchboardError,
    Unconfirmed,
    UnexpectedAnswer,
)
from .rest import models
from .transport import Retry
from .uploads import upload_file

__all__ = [
    'FieldError',
    'MessageRefused',
    'NoAnswer',
    'NotConnected',
    'Problem',
    'Retry',
    'Switchboard',
    'SwitchboardError',
    'TokenPair',
    'Unconfirmed',
    'UnexpectedAnswer',
    'models',
    'upload_file',
]
