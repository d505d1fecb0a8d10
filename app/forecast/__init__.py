"""Forecasts of any indicator of any unit, with bands, a backtest and what drives them.

frame (the panel) → models (one a file) → backtest → intervals → engine (choose, forecast, keep). What may be known at a moment
is decided in one place: `frame.Panel.until` and `Panel.known_at`.
"""
