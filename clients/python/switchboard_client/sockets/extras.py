"""Packages that only some classes need."""
from __future__ import annotations

import importlib
from typing import Any

_EXTRAS = {'websockets': 'websockets', 'socketio': 'socketio'}


def imported(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(f"This class needs more: pip install 'switchboard-client[{_EXTRAS[module]}]'") from error
