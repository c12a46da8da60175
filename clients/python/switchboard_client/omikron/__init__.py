"""The Omikron: `Iota`, a home server; `OmikronClient`, a person's app; `OmikronCall`, a seat in a call. Needs `websockets`."""
from .call import OmikronCall
from .client import OmikronClient
from .frames import CallSignal, Envelope, Member, MemberChanged, NewCall, OmikronError, Pong, Profiles
from .iota import Iota
from .socket import OmikronRefused

__all__ = [
    'CallSignal',
    'Envelope',
    'Iota',
    'Member',
    'MemberChanged',
    'NewCall',
    'OmikronCall',
    'OmikronClient',
    'OmikronError',
    'OmikronRefused',
    'Pong',
    'Profiles',
]
