"""The brief: is the city all right, what changed, where and why, what is usual for the hours to come."""
