"""The Dash application over the server: shell, pages and their callbacks."""

from __future__ import annotations

from dash import Dash, html
from flask import Flask

from app.system import System
from callbacks.gateway import Gateway
from callbacks.results import Results


def create_dash(system: System, server: Flask, gateway: Gateway, results: Results) -> Dash:
    """Dash on the server, with every page."""
    from pathlib import Path
    app = Dash("chengshu", server=server, assets_folder=str(Path(__file__).resolve().parent.parent / "assets"),
               title="城枢 Chengshu", update_title=None, suppress_callback_exceptions=True)
    app.layout = html.Div("城枢")
    return app
