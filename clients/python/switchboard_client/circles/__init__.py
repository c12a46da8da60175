"""Circles: the conversations of an account or a device. Needs `python-socketio`."""
from .frames import (
    CircleChanged,
    CircleInvited,
    ConversationChanged,
    ConversationRecovered,
    FilesAnnounced,
    FileUploaded,
    Forwarded,
    MessageChanged,
    NewMessage,
    Writing,
)
from .joined_rooms import ShutOut
from .socket import CirclesSocket

__all__ = [
    'CircleChanged',
    'CircleInvited',
    'CirclesSocket',
    'ConversationChanged',
    'ConversationRecovered',
    'FileUploaded',
    'FilesAnnounced',
    'Forwarded',
    'MessageChanged',
    'NewMessage',
    'ShutOut',
    'Writing',
]
