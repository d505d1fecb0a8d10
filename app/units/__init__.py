"""City information units: codes, levels, hierarchy, tower."""
