"""Storage: the only package that speaks DuckDB."""
