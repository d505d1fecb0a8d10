"""LightGBM, loaded when a model first grows trees: a start of the program and forecasts without trees never wait for it."""

from __future__ import annotations

from typing import Any

from app.errors import Unavailable


def library() -> Any:
    """LightGBM. Raises Unavailable where it does not load."""
    try:
        import lightgbm
    except (ImportError, OSError) as error:
        raise Unavailable("The trees cannot be grown: LightGBM does not load", "Install the system library libgomp1 (apt-get install libgomp1) "
                          "and the package lightgbm; until then the linear forecast answers", why=str(error)) from error
    return lightgbm
