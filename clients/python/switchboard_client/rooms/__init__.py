"""Rooms: `RoomEndpoint` on a WebSocket (needs `websockets`), `RoomEvents` on Server-Sent Events."""
from .endpoint import RoomEndpoint
from .events import RoomEvents
from .frames import BEGINNING, Position, Present, Receipt, Recovered, RoomMessage

__all__ = ['BEGINNING', 'Position', 'Present', 'Receipt', 'Recovered', 'RoomEndpoint', 'RoomEvents', 'RoomMessage']
