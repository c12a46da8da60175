"""Circles: an account's or a device's conversations. Needs `python-socketio`."""
from .joined_rooms import ShutOut
from .socket import CirclesSocket

__all__ = ['CirclesSocket', 'ShutOut']
