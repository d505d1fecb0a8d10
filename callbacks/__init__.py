"""Every way in from outside: Dash callbacks, HTTP routes; errors become statuses."""
