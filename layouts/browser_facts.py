"""What the browser must know to change the picture without asking: indicators, ramps, words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layouts.ramps import key_text, ramp_key, ramps
from layouts.reader import Reader


def browser_facts(r: Reader, city: dict[str, Any], indicators: Iterable[dict[str, Any]], defaults: dict[str, Any]) -> dict[str, Any]:
    """{city, language, indicators: {id: …}, ramps, words, defaults}; `defaults` is the view of an address without words."""
    shown, keys = {}, set()
    for one in indicators:
        by = {how: ramp_key(one["direction"], one["thresholds"], how) for how in ("threshold", "quantile")}
        keys |= set(by.values())
        shown[one["id"]] = {
            "name": r.pick(one["name_zh"], one["name_en"]),
            "unit": r.unit_of(one["unit"]),
            "decimals": one["decimals"],
            "native": one["native_level"],
            "colors": {how: key_text(key) for how, key in by.items()},
        }
    return {
        "city": city["city"],
        "language": r.language,
        "zone": r.zone,
        "synthetic": city["is_synthetic"],
        "licence": city["licence"],
        "indicators": shown,
        "ramps": ramps(keys),
        "defaults": defaults,
        "words": browser_words(r),
    }


def browser_words(r: Reader) -> dict[str, str]:
    """What scripts say."""
    return {
        "copied": r.t("The link is copied"),
        "addressCut": r.t("A link keeps {kept} of the {all} selected units"),
        "nothing": r.t("Nothing found"),
        "city": r.t("Whole city"),
        "drawHint": r.t("Click the corners, double-click to finish; Esc ends"),
    }
