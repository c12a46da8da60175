"""The wire format of the Omikron, docs/protocols/omikron.md: one envelope for everything."""
from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional


class Envelope(NamedTuple):
    type: str
    data: Dict[str, Any]
    #: Chosen by the sender; the answer repeats it.
    id: Any
    #: As verified by the Omikron.
    sender_id: Optional[str]
    receiver_id: Optional[str]
    #: What the log says, or the type.
    text: str


class Profiles(NamedTuple):
    accepted: List[str]
    #: Not registered with this Iota.
    denied: List[str]


class NewCall(NamedTuple):
    """Somebody calls."""

    call_id: str
    sender_id: str
    receiver_id: str
    call_secret: str


class Member(NamedTuple):
    #: `active`, `streaming`, `muted`, `deafed`, or a text of the peer's own.
    state: str
    streaming: bool


class MemberChanged(NamedTuple):
    user_id: str
    call_state: Optional[str]
    user_state: Optional[str]


class CallSignal(NamedTuple):
    """From one member to another."""

    #: `webrtc_sdp`, `webrtc_ice` or `watch_stream`.
    type: str
    sender_id: str
    data: Dict[str, Any]


class OmikronError(NamedTuple):
    """The Omikron could not do what the message with this id asked for, or did not understand it."""

    id: Any
    type: str
    message: str


class Pong(NamedTuple):
    """The answer to a ping, with its latency in seconds."""

    latency: float
    data: Dict[str, Any]


def envelope_of(frame: Dict[str, Any]) -> Optional[Envelope]:
    kind, data, log = frame.get('type'), frame.get('data'), frame.get('log')
    if not isinstance(kind, str):
        return None
    text = text_in(log, 'message') if isinstance(log, dict) else None
    return Envelope(
        kind,
        data if isinstance(data, dict) else {},
        frame.get('id'),
        text_in(frame, 'sender_id'),
        text_in(frame, 'receiver_id'),
        text or kind,
    )


def text_in(value: Dict[str, Any], name: str) -> Optional[str]:
    member = value.get(name)
    return member if isinstance(member, str) else None


def is_error(message: Envelope) -> bool:
    return message.type.startswith('error')


def ids_of(value: Any) -> List[str]:
    """The ids of a list as written on the wire."""
    return [each for each in value.split(',') if each] if isinstance(value, str) else []


def texts_of(value: Any) -> Dict[str, str]:
    """The members that are strings."""
    members = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in members if isinstance(text, str)}


def members_of(data: Dict[str, Any]) -> Dict[str, Member]:
    states = data.get('user_states')
    more = states if isinstance(states, dict) else {}

    def is_streaming(user: str) -> bool:
        own = more.get(user)
        return isinstance(own, dict) and own.get('streaming') is True

    return {user: Member(state, is_streaming(user)) for user, state in texts_of(data.get('user_ids')).items()}
