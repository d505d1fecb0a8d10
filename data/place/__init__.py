"""What every reader of place files shares: the frames a file becomes, values, field names, datums."""
