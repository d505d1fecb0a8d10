"""What the one map shows: tiles, classes of values, overlays, shapes, floors."""
