"""The ids of the components that callbacks speak to."""

from __future__ import annotations

PROVIDER = "provider"
NOTICES = "notices"
READER = "reader"  # {language, theme, zone}
FACTS = "facts"  # what the browser knows of the registry: indicators, colours, words
VERSIONS = "versions"  # {geometry, values, newest} of the city, polled
VIEW = "view"  # what is shown: indicator, level, by, show, mode3d, compare, …
INDICATOR = "indicator"  # the chosen vital sign
INTENT = "intent"  # what the person wants selected
SELECTION = "selection"  # what is selected
SCOPE = "scope"  # {level, parent} on screen: what legend and table are about
DRAWN = "drawn"  # the shape that selects

MAP = "map"
MAP_SECOND = "map-second"
SECOND_FRAME = "map-second-frame"

LEVEL = "level-control"
BY = "by-control"
SHOW = "show-control"
COMPARE = "compare-control"
INDICATOR_SECOND = "indicator-second"
TIME_SECOND = "time-second"
TOOL = "tool-control"
RADIUS = "radius-control"
EXPLODE = "explode-control"
TAB = "tab-control"

TIME_BAR = "time-bar"
BREADCRUMB = "breadcrumb"
SEARCH = "search-word"
SEARCH_RESULTS = "search-results"
SIGNS = "signs"
LEGEND = "legend"
LEGEND_SECOND = "legend-second"
CARD = "card"
CHART = "chart"
TABLE = "table"
TABLE_NOTE = "table-note"
DOCK = "dock"

ACCESS_BODY = "access-body"
ACCESS_ACT = "access-act"

SOURCES_BODY = "sources-body"
SOURCES_ACT = "sources-act"
SOURCES_LOOK = "sources-look"
SOURCES_CITY = "sources-city"

ROWS_READY = "rows-ready"  # set once the table's script is there
AUDIT_STATE = "audit-state"
AUDIT_CHECK = "audit-check"
AUDIT_PLACE = "audit-place"
AUDIT_GRID = "audit-grid"
AUDIT_EXPORT = "audit-export"
AUDIT_FILTERS = {name: f"audit-{name}" for name in ("who", "action", "decision", "city", "word", "period", "since", "until")}

WORKSPACE_CITY = "workspace-city"
WORKSPACE_TEXT = "workspace-text"
WORKSPACE_RUN = "workspace-run"
WORKSPACE_RESULT = "workspace-result"
WORKSPACE_HISTORY = "workspace-history"
WORKSPACE_OLD = "workspace-old"

QUERY_FACTS = "query-facts"  # what the form of the query builder is made of
QUERY_ASKED = "query-asked"  # the question of the address
QUERY_RESULT = "query-result"

CATALOGUE = {name: f"catalogue-{name}" for name in ("word", "kind", "department", "topic", "sharing")}
CATALOGUE_MAP = "catalogue-map"
CATALOGUE_AREA = "catalogue-area"  # the drawn shape as the address has it: lon,lat;lon,lat;…
CATALOGUE_MOST = "catalogue-most"
CATALOGUE_CITY = "catalogue-city"
CATALOGUE_FOUND = "catalogue-found"
CATALOGUE_ADDRESS = "catalogue-address"
CATALOGUE_ENTRY = "catalogue-entry"
CATALOGUE_ACT = "catalogue-act"  # ask, withdraw: by who may ask
CATALOGUE_DECIDE = "catalogue-decide"  # grant, refuse, revoke, confirm: by who may decide
CATALOGUE_DESK = "catalogue-desk"
VITAL_LOOK = "vital-look"
VITAL_PLACE = "vital-place"
VITAL_BODY = "vital-body"
ALERTS_LOOK = "alerts-look"
ALERTS_ACT = "alerts-act"
ALERTS_PLACE = "alerts-place"
ALERTS_BODY = "alerts-body"
RETURNED_ACT = "returned-act"
RETURNED_PLACE = "returned-place"
RETURNED_BODY = "returned-body"
RETURNED_UPLOAD = "returned-upload"
CONFLICTS_ACT = "conflicts-act"
CONFLICTS_PLACE = "conflicts-place"
CONFLICTS_BODY = "conflicts-body"
