"""How old the newest reading of the city is, in the header of every page (assets/screen/age.js)."""

from __future__ import annotations

import json
from typing import Any

from dash import html

from layouts.reader import Reader


def data_age(r: Reader, city: dict[str, Any] | None) -> html.Span | None:
    """`city` as in layouts.shell.shell; the browser keeps the text true by its own clock and asks for what came in since."""
    if city is None:
        return None
    words = {
        "stale": r.t("old"),
        "ahead": r.t("Demo clock {time}"),
        "age": r.t("Data {age}"),
        "justNow": r.t("just now"),
        "minutes": r.t("{n} min ago"),
        "hours": r.t("{n} h ago"),
        "days": r.t("{n} d ago"),
        "offline": r.t("No connection to the server; trying again"),
    }
    facts = {"city": city["city"], "newest": city["versions"]["newest"], "zone": r.zone, "language": r.language, "words": words}
    return html.Span(id="data-age", className="cs-age", role="status", title=r.t("Age of the newest reading"),
                     **{"data-facts": json.dumps(facts, ensure_ascii=False)})
