"""The seven levels, as capabilities and screens name them (the list itself lies with the data)."""

from data.levels import LEVEL_NO, LEVELS

__all__ = ["LEVELS", "LEVEL_NO"]
