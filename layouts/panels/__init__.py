"""Panels: each answers one question, as a pure function from plain rows to components."""
