"""Who may sign in, how, and what they were given. `Identity` is the door; the parts beside it do one thing each."""

from app.identity.addresses import is_loopback
from app.identity.identity import Entered, Identity

__all__ = ["Entered", "Identity", "is_loopback"]
