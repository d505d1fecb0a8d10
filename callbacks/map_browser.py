"""What the browser does by itself: every change of the picture that needs no server (assets/screen/*.js)."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, State

from layouts import ids


def register(app: Dash) -> None:
    """Wire the clientside functions."""

    def wire(name: str, *dependencies: object, **options: object) -> None:
        app.clientside_callback(ClientsideFunction("screen", name), *dependencies, **options)

    wire(
        "view",
        Output(ids.VIEW, "data"),
        Input(ids.INDICATOR, "data"),
        Input(ids.LEVEL, "value"),
        Input(ids.BY, "value"),
        Input(ids.SHOW, "value"),
        Input(ids.MAP, "mode3d"),
        Input(ids.COMPARE, "value"),
        Input(ids.INDICATOR_SECOND, "value"),
        Input(ids.TIME_SECOND, "value"),
    )
    wire(
        "scope",
        Output(ids.SCOPE, "data"),
        Input(ids.MAP, "view"),
        Input(ids.VIEW, "data"),
        Input(ids.SELECTION, "data"),
        State(ids.FACTS, "data"),
        State(ids.SCOPE, "data"),
    )
    shown = ("values", "colors", "level", "layers", "selected", "building", "card")
    wire(
        "shown",
        *(Output(ids.MAP, name) for name in shown),
        Input(ids.VIEW, "data"),
        Input(ids.TIME_BAR, "value"),
        Input(ids.SELECTION, "data"),
        Input(ids.VERSIONS, "data"),
        Input(ids.EXPLODE, "value"),
        Input(ids.SCOPE, "data"),
        State(ids.FACTS, "data"),
    )
    wire(
        "second",
        *(Output(ids.MAP_SECOND, name) for name in (*shown, "mode3d", "theme")),
        Input(ids.SECOND_FRAME, "children"),
        Input(ids.VIEW, "data"),
        Input(ids.TIME_BAR, "value"),
        Input(ids.SELECTION, "data"),
        Input(ids.VERSIONS, "data"),
        Input(ids.SCOPE, "data"),
        Input(ids.READER, "data"),
        State(ids.TIME_BAR, "axis"),
        State(ids.FACTS, "data"),
    )
    wire("theme", Output(ids.PROVIDER, "forceColorScheme"), Output(ids.MAP, "theme"), Input(ids.READER, "data"), prevent_initial_call=True)
    wire("camera", Output(ids.MAP, "camera"), Input(ids.SELECTION, "data"), State(ids.VIEW, "data"), prevent_initial_call=True)
    wire(
        "clicked", Output(ids.INTENT, "data", allow_duplicate=True), Input(ids.MAP, "click"), State(ids.SELECTION, "data"), prevent_initial_call=True
    )
    wire(
        "clicked",
        Output(ids.INTENT, "data", allow_duplicate=True),
        Input(ids.MAP_SECOND, "click"),
        State(ids.SELECTION, "data"),
        prevent_initial_call=True,
    )
    wire("tool", Output(ids.MAP, "tool"), Output(ids.MAP, "toolOptions"), Input(ids.TOOL, "data"), Input(ids.RADIUS, "value"))
    wire("drawn", Output(ids.DRAWN, "data"), Input(ids.MAP, "drawn"), prevent_initial_call=True)
    wire(
        "address",
        Input(ids.VIEW, "data"),
        Input(ids.TIME_BAR, "settled"),
        Input(ids.SELECTION, "data"),
        Input(ids.MAP, "view"),
        Input(ids.TAB, "data"),
        Input(ids.EXPLODE, "value"),
        State(ids.FACTS, "data"),
    )
    wire(
        "marked",
        Input(ids.INDICATOR, "data"),
        Input(ids.SIGNS, "children"),
        Input(ids.SELECTION, "data"),
        Input(ids.TAB, "data"),
        Input(ids.VIEW, "data"),
    )
    wire("refresh_table", Input(ids.TIME_BAR, "settled"), Input(ids.VERSIONS, "data"), State(ids.TAB, "data"))
    wire("filter_signs", Input("sign-filter", "value"), Input(ids.SIGNS, "children"))
    wire("age", Input(ids.VERSIONS, "data"), State(ids.FACTS, "data"), State(ids.READER, "data"))
    wire("cursor", Input(ids.TIME_BAR, "value"), Input(ids.CHART, "children"), State(ids.FACTS, "data"))
