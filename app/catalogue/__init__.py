"""The catalogue: items, resources, the three lists, their rates, and requests for what they offer."""
