"""Alerts: rules over indicators, the life of what they raise, and who is told."""
