"""City information units: codes, hierarchy, tower."""
