"""From what a place file holds to a tower of units: shapes made sound, hierarchy, floors, codes, hand-ins."""
