"""What was counted of the cases of a city, kept until a batch of cases comes, a unit changes or a minute passes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

MOST = 128


class Kept:
    """The newest answers by key; a key names the viewer's scope and everything the answer hangs on."""

    def __init__(self) -> None:
        self._lock, self._found = threading.Lock(), OrderedDict[Hashable, Any]()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The answer of a key, made where it is not kept. Nobody changes what is kept."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            self._found[key] = made
            if len(self._found) > MOST:
                self._found.popitem(last=False)
        return made
