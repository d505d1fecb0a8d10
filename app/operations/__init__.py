"""The operations page: what its panels are told about the part of the city that is looked at."""
