"""What it looks like: pure functions from frames to components."""
