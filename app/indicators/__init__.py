"""Vital signs: the registry, the values of every unit at every level, their classes and status."""
