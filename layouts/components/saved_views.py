"""The views that somebody saved: a button in the header, and the dialog that assets/screen/saved.js fills and answers."""

from __future__ import annotations

from dash import dcc, html

from layouts.components.icons import icon
from layouts.components.still import still
from layouts.reader import Reader

FACTS = (
    "You have a view of this name already", "Choose another name, or delete the old view", "The name of a view has 1 to 60 characters",
    "Type a short name", "You have as many views as are kept for one person", "Delete one that you no longer need", "You have no such view",
    "Open the list again: it may have been deleted in another window", "The address is too long to be kept", "Select fewer units",
)
"""What the routes may answer (app/saved.py), for the script to say in the reader's language."""


def views_button(r: Reader) -> html.Button:
    """Opens the dialog; so does the key V."""
    return html.Button(
        icon("views"),
        type="button",
        className="cs-icon-button",
        id="views-button",
        title=r.t("Saved views (V)"),
        **{"data-views": "open", "aria-label": r.t("Saved views"), "aria-haspopup": "dialog"},
    )


def saved_views(r: Reader, page: str, city: str) -> html.Div:
    """The dialog with its words; `page` is the page whose address it keeps, `city` the one it shows."""
    words = {
        "mine": r.t("My views"),
        "shared": r.t("Shared by others"),
        "none": r.t("You have not saved a view yet."),
        "save": r.t("Save"),
        "name": r.t("Name of this view"),
        "offer": r.t("Others may open it too, as far as they may see it"),
        "by": r.t("by {who}"),
        "rename": r.t("Rename"),
        "delete": r.t("Delete"),
        "sure": r.t("Delete for good?"),
        "start": r.t("Begin with it"),
        "started": r.t("You begin with it"),
        "share": r.t("Share"),
        "unshare": r.t("Shared; take back"),
        "done": r.t("Saved"),
        "cut": r.t("No connection to the server"),
        "ok": r.t("Keep the new name"),
        "local": r.t("Local user"),
        "facts": {fact: r.say(fact) for fact in FACTS},
        "pages": {"operations": r.t("Operations"), "map": r.t("Map"), "forecast": r.t("Forecasts"), "query": r.t("Query builder")},
    }
    close = html.Button(
        icon("close"), type="button", className="cs-icon-button", title=r.t("Close"), **{"data-views": "close", "aria-label": r.t("Close")}
    )
    head = html.Div([html.H2(r.t("Saved views"), id="views-title"), close], className="views-head")
    about = html.P(r.t("A view is what this page shows now, under a name."), className="cs-soft")
    place = html.Dialog(still([head, about, html.Div(id="views-place")]), id="views", className="views", **{"aria-labelledby": "views-title"})
    return html.Div([dcc.Store(id="views-facts", data={"page": page, "city": city, "words": words}), place])
