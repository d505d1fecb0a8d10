"""The cache of results: keyed by what was asked, the data version and the scope of what is seen, so never stale or foreign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_caching import Cache

from app.settings import Settings
from app.sight import Seen


class Results:
    """flask-caching behind one method."""

    def __init__(self, server: Flask, settings: Settings) -> None:
        self.cache = Cache(server, config={
            "CACHE_TYPE": settings.cache, "CACHE_DEFAULT_TIMEOUT": 86_400, "CACHE_THRESHOLD": settings.cache_entries,
            "CACHE_DIR": str(settings.home / "cache"), "CACHE_REDIS_URL": settings.cache_redis_url,
            "CACHE_KEY_PREFIX": "chengshu:", "CACHE_NO_NULL_WARNING": True})
        self._store = server.extensions["cache"][self.cache]        # what holds the answers, without asking each time whose it is

    def get(self, seen: Seen, version: object, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """The kept answer, or `make()` kept. `None` is an answer too."""
        name = _name(seen, version, key)
        found = self._store.get(name)
        if found is None:
            found = (make(),)
            self._store.set(name, found)
        return found[0]

    def kept(self, seen: Seen, version: object, key: tuple[object, ...]) -> Any:
        """The kept answer; raises KeyError where none is."""
        found = self._store.get(_name(seen, version, key))
        if found is None:
            raise KeyError(key)
        return found[0]


def _name(seen: Seen, version: object, key: tuple[object, ...]) -> str:
    return "|".join(map(str, (seen.scope, version, *key)))
