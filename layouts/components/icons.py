"""The icons: our own strokes on a 24 × 24 field, drawn by assets/screen/icon.js; nothing is fetched from elsewhere."""

from __future__ import annotations

from layouts.components.drawn import Icon

STROKES: dict[str, str] = {
    "map": "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14",
    "data": "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zM4 6v6c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12v6c0 1.7 3.6 3 8 3s8-1.3 8-3v-6",
    "quality": "M4 12l4 4 8-9M14 17l2 2 5-6",
    "returned": "M9 5L4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3",
    "conflicts": "M7 4v16M7 4L3 8M7 4l4 4M17 20V4M17 20l-4-4M17 20l4-4",
    "settings": "M4 7h10M18 7h2M4 17h2M10 17h10M14 7a2 2 0 1 0 4 0 2 2 0 1 0-4 0M6 17a2 2 0 1 0 4 0 2 2 0 1 0-4 0",
    "person": "M8.5 8a3.5 3.5 0 1 0 7 0 3.5 3.5 0 1 0-7 0M5 20c0-4 3.2-6 7-6s7 2 7 6",
    "leave": "M10 4H5v16h5M9 12h11M16 8l4 4-4 4",
    "catalogue": "M4 4h7v16H4zM11 4h4v16h-4M16.5 5.2l3.2-.8 3 15-3.2.7z",
    "requests": "M5 4h14v16H5zM8.5 9h7M8.5 13h4M13 17l2 2 4-4.5",
    "workspace": "M4 5h16v14H4zM8 10l3 2.5L8 15M13 15h4",
    "access": "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5zM12 15v3",
    "audit": "M6 3h9l4 4v14H6zM9 9h6M9 13h6M9 17h4",
    "evidence": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5",
    "search": "M4 11a7 7 0 1 0 14 0 7 7 0 1 0-14 0M16 16l5 5",
    "sun": "M8 12a4 4 0 1 0 8 0 4 4 0 1 0-8 0M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
    "moon": "M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5z",
    "trace": "M12 3v5M12 8l-6 4v3M12 8l6 4v3M4 15h4v5H4zM16 15h4v5h-4zM10 3h4v5h-4z",
    "help": "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.7.4-1.1.9-1.1 1.7M12 16.5v.2",
    "layers": "M12 3l9 5-9 5-9-5zM3 13l9 5 9-5",
    "close": "M6 6l12 12M18 6L6 18",
    "left": "M14 6l-6 6 6 6",
    "right": "M10 6l6 6-6 6",
    "up": "M6 14l6-6 6 6",
    "down": "M6 10l6 6 6-6",
    "play": "M7 4.5l12 7.5-12 7.5z",
    "pause": "M8 5v14M16 5v14",
    "latest": "M6 5l9 7-9 7zM18 5v14",
    "chart": "M4 20V4M4 20h16M7 15l4-5 3 3 5-7",
    "table": "M4 5h16v14H4zM4 10h16M4 15h16M10 5v14",
    "polygon": "M5 9l8-5 7 7-4 9-9-2zM5 9l0 .01M13 4l0 .01",
    "circle": "M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16zM12 12h8",
    "buffer": "M4 18c4 0 4-10 8-10s4 4 8 4M3 13c4 0 4-9 9-9s5 4 9 4M5 21c5 0 5-9 7.5-9s4 4 8 4",
    "distance": "M3 16L16 3l5 5L8 21zM7 12l2 2M10 9l2 2M13 6l2 2",
    "area": "M4 4h16v16H4zM4 10l6-6M4 16L16 4M8 20L20 8M14 20l6-6",
    "download": "M12 4v11M7 11l5 5 5-5M4 20h16",
    "picture": "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9.5l0 .01",
    "link": "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
    "undo": "M9 5L4 10l5 5M4 10h10a6 6 0 0 1 0 12h-3",
    "pin": "M12 21c-5-6-7-8.5-7-11.5a7 7 0 0 1 14 0C19 12.5 17 15 12 21zM9.5 9.5a2.5 2.5 0 1 0 5 0 2.5 2.5 0 1 0-5 0",
    "weather": "M7 18a4 4 0 0 1 0-8 5.5 5.5 0 0 1 10.5 1A3.5 3.5 0 0 1 17 18z",
    "temperature": "M10 14V5a2 2 0 1 1 4 0v9a4 4 0 1 1-4 0z",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18zM12 7v5l3 2",
    "place": "M4 21V8l8-5 8 5v13M9 21v-6h6v6",
    "people": "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 1 0 0 7zM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.2.8 3.5 2.7 3.5 5.5",
    "shield": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM9 12l2 2 4-4",
    "floors": "M4 20h16M6 20V4h12v16M6 8h12M6 12h12M6 16h12",
    "owner": "M4 20h16M5 20V9l7-5 7 5v11M9 20v-7M15 20v-7M12 20v-7",
    "tax": "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
    "code": "M4 5v14M8 5v14M11 5v14M15 5v14M17 5v14M20 5v14",
    "alert": "M12 4l9 16H3zM12 10v4M12 17v.2",
    "leaf": "M5 19C5 9 11 5 20 4c0 10-4 15-12 15-1.5 0-3-1-3-1zM5 19c2-5 5-8 9-10",
    "droplet": "M12 3c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z",
    "bus": "M5 17V6c0-2 3-3 7-3s7 1 7 3v11zM5 11h14M8 17v3M16 17v3M8 14v.1M16 14v.1",
    "crane": "M7 21V3M4 21h6M7 6h14M7 3l10 3M17 6v6M15 12h4v3h-4z",
    "clipboard-check": "M6 5h12v16H6zM9 3h6v4H9zM9 14l2 2 4-4",
    "alert-triangle": "M12 4l9 16H3zM12 10v4M12 17v.2",
    "chart-line": "M4 20V4M4 20h16M7 15l4-5 3 3 5-7",
    "building-bank": "M3 10l9-6 9 6zM5 10v8M10 10v8M14 10v8M19 10v8M3 20h18",
    "bolt": "M13 3L5 14h6l-1 7 8-11h-6z",
    "heartbeat": "M12 20C5 15 3 12 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5c0 3.5-2 6.5-9 11.5zM6 12h3l1.5-3 2 5 1.5-2h4",
    "message-2": "M4 5h16v11h-6l-4 4v-4H4zM8 9h8M8 12h5",
    "shield-check": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM9 12l2 2 4-4",
}

_KNOWN_AS = {"tabler:users": "people"}


def icon(name: str, size: int = 18) -> Icon:
    """An icon beside a label; it says nothing itself. Registry icons may carry a set's prefix (`tabler:leaf`)."""
    return Icon(d=STROKES.get(_KNOWN_AS.get(name, name.rpartition(":")[2]), STROKES["pin"]), size=size)
