"""Who may sign in, how, and what they were given. `Identity` is the door; the parts beside it do one thing each."""

from app.identity.identity import Entered, Identity, is_loopback

__all__ = ["Entered", "Identity", "is_loopback"]
