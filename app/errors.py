"""The error tree, as capabilities and screens see it (defined beside the data, which may not look up)."""

from data.errors import BadInput, Busy, ChengshuError, NotFound, Refused, SignedOut, Unavailable, Unreadable

__all__ = ["BadInput", "Busy", "ChengshuError", "NotFound", "Refused", "SignedOut", "Unavailable", "Unreadable"]
