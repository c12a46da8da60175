"""The wire format of rooms, docs/protocols/rooms.md."""
from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional


class Position(NamedTuple):
    """A position in the messages that a durable room keeps."""

    offset: int
    epoch: str


#: Before the oldest message kept, whichever that is.
BEGINNING = Position(0, '')


class RoomMessage(NamedTuple):
    message: Any
    #: Identity of the endpoint that sent it.
    identity: str
    timestamp: str
    #: In durable rooms.
    position: Optional[Position]


class Recovered(NamedTuple):
    #: Whether everything since the last message follows, once and in order; otherwise some of it may be lost.
    recovered: bool
    #: Offset of the room's newest message.
    offset: int
    #: Empty where the room keeps nothing.
    epoch: str


class Present(NamedTuple):
    identity: str
    permissions: str
    connected_at: str


class Receipt(NamedTuple):
    """The position of a message that the server has."""

    #: In a durable room.
    position: Optional[Position]


def position_of(frame: Dict[str, Any]) -> Optional[Position]:
    offset, epoch = frame.get('offset'), frame.get('epoch')
    if not isinstance(offset, int) or isinstance(offset, bool) or not isinstance(epoch, str):
        return None
    return Position(offset, epoch)


def message_of(frame: Dict[str, Any]) -> Optional[RoomMessage]:
    identity, timestamp = frame.get('identity'), frame.get('timestamp')
    if 'message' not in frame or not isinstance(identity, str):
        return None
    return RoomMessage(frame['message'], identity, timestamp if isinstance(timestamp, str) else '', position_of(frame))


def recovered_of(frame: Dict[str, Any]) -> Optional[Recovered]:
    position = position_of(frame)
    recovered = frame.get('recovered')
    if position is None or not isinstance(recovered, bool):
        return None
    return Recovered(recovered, position.offset, position.epoch)


def present_of(items: Any) -> List[Present]:
    return [
        Present(each['identity'], str(each.get('permissions', '')), str(each.get('connectedAt', '')))
        for each in (items if isinstance(items, list) else [])
        if isinstance(each, dict) and isinstance(each.get('identity'), str)
    ]


class PlaceInRoom:
    """Tracks one reader's position in a room, and decides what to pass on."""

    def __init__(self, after: Optional[Position]) -> None:
        #: Whether the reader expects no gap since the last message.
        self._following = after is not None
        self._from_beginning = after is not None and after.epoch == ''
        self.position: Optional[Position] = None if self._from_beginning else after

    def query(self) -> Dict[str, str]:
        """Parameters of the next connection. An empty one asks for the room's current position."""
        if self.position is not None:
            return {'after': str(self.position.offset), 'epoch': self.position.epoch}
        return {'after': '0' if self._from_beginning else ''}

    def recovered(self, answer: Recovered) -> bool:
        """Whether the caller asked for this recovery, or a lost connection made it necessary."""
        wanted, self._following = self._following, True
        if not answer.recovered:
            self.position = Position(answer.offset, answer.epoch) if answer.epoch else None
        elif self.position is None:
            self.position = Position(0, answer.epoch)
        return wanted

    def heard(self, message: RoomMessage) -> bool:
        """False for a message heard before."""
        place = message.position
        if place is None:
            return True
        if self.position is not None and self.position.epoch == place.epoch and place.offset <= self.position.offset:
            return False
        self.position = place
        return True
