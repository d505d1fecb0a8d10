"""The map in a browser: headless Chromium drawing in software, on localhost: first picture, bytes, switching the indicator."""

from __future__ import annotations

import json
import os
import time
from typing import Any
from urllib.request import Request, urlopen

import numpy as np

from benchmarks import HOME, Row, _streamlit_page
from benchmarks._city import demo
from benchmarks._clients import served
from callbacks.gateway import SESSION
from tests.signed_in import enter, local_session

_PAINTED, _PEER = "citymap:painted", "peer:painted"
_READY = f"return performance.getEntriesByName('{_PAINTED}')[0]?.startTime ?? null"
_LIMITS = {"cold": 2000.0, "warm": 1000.0}
_PEER_DATA, _PEER_THEN_MS = "5,000 polygons", 3300.0        # what its first visit took where the limits were set
_ROUNDS = 3
_VISITS = 3
_STAY = 3.0         # seconds that a visit lasts: browsers keep compiled scripts once a page has run for a while


def measure(size: str = "") -> list[Row]:
    """On the demo city (`size` small, city)."""
    size = size or "city"
    system = demo(size)
    buildings = next(int(row["standing"]) for row in system.unit_counts("demo") if row["level"] == "building")
    inside = [name for name, row in system.indicators.items() if row.native_level in ("building", "floor")
              and system.values("demo").cube(name).levels["building"].value.any()][:3]
    lon, lat = system.db.run("select lon, lat from base.unit where city = 'demo' and level = 'city' and valid_to is null").fetchone()
    system.close()
    try:
        from tests.browser.chromium import chromium
    except ImportError as error:
        return [Row("the page in Chromium", size, 0, "-", note=f"left out: {error}")]
    data = f"demo {size}, {buildings:,} buildings"
    rows: list[Row] = []
    with served(HOME / size) as port:
        address, who = f"http://127.0.0.1:{port}/", local_session(HOME / size)
        for path in ("map", "_dash-layout"):               # the server has been up for a while
            urlopen(Request(address + path, headers={"Accept": "text/html", "Cookie": f"{SESSION}={who[0]}"}), timeout=60).read()
        page = f"{address}map"
        with chromium(1366, 768) as driver:                # and so has the machine's browser
            enter(driver, address, *who)
            _open(driver, page)
        kinds = ("cold", "second", "warm", "peer cold", "peer warm")
        found: dict[str, list[float]] = {f"{kind}{what}": [] for kind in kinds for what in ("", " bytes")}
        for _ in range(_ROUNDS):
            with chromium(1366, 768) as driver:
                enter(driver, address, *who)
                _visit(driver, page, _PAINTED, found)
            if not _streamlit_page.TOOL:
                continue
            with _streamlit_page.served() as peer, chromium(1366, 768) as driver:
                driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _streamlit_page.WATCH})
                _visit(driver, peer, _PEER, found, "peer ")
        load = f"load {os.getloadavg()[0]:.1f}, {_ROUNDS} rounds"
        rows += [_row("first map painted, cold", data, found["cold"], _LIMITS["cold"], load),
                 _row("first map painted, second visit", data, found["second"], note="files kept, scripts compiled again"),
                 _row("first map painted, warm", data, found["warm"], _LIMITS["warm"], f"from the third visit on: scripts are kept compiled; {load}"),
                 *_against_peer(data, found),
                 Row("bytes transferred, cold", data, max(found["cold bytes"]), "MB", limit=2.0),
                 Row("bytes transferred, warm", data, max(found["warm bytes"]), "MB")]
        with chromium(1366, 768) as driver:
            enter(driver, address, *who)
            rows += _switch(driver, page, data, ["aqi", "congestion_index", "power_load_mw"], "", "the default view")
            close = f"?level=building&camera={lon:.5f},{lat:.5f},14.2,0,0&indicator={inside[0]}"
            rows += _switch(driver, page, data, inside, close, "buildings at zoom 14")
    return rows


def _row(what: str, data: str, found: list[float], limit: float | None = None, note: str = "") -> Row:
    return Row(what, data, float(np.median(found)), "ms", float(np.median(found)), float(np.max(found)), limit, note=note)


def _against_peer(data: str, found: dict[str, list[float]]) -> list[Row]:
    """A machine twice as slow is as slow for both: our limits, over what the peer took on the machine they were set for."""
    if not _streamlit_page.TOOL:
        return [Row("Streamlit with pydeck", _PEER_DATA, 0, "-", note="left out: no streamlit here (CHENGSHU_BENCH_STREAMLIT)")]
    first = float(np.median(found["peer cold"]))
    rows = [_row(f"Streamlit with pydeck, {kind}", _PEER_DATA, found[f"peer {kind}"], note="peer, in turns: until its first shapes are drawn")
            for kind in _LIMITS]
    return rows + [Row(f"first map painted, {kind} / the peer's, cold", data, float(np.median(found[kind])) / first, "×", limit=limit / _PEER_THEN_MS)
                   for kind, limit in _LIMITS.items()]


def _visit(driver: Any, address: str, mark: str, found: dict[str, list[float]], whose: str = "") -> None:
    for kind in ("cold", "second", *("warm",) * _VISITS):
        painted, size = _open(driver, address, mark)
        if whose + kind in found:
            found[whose + kind].append(painted)
            found[f"{whose}{kind} bytes"].append(size / 1e6)
        time.sleep(_STAY)


def _open(driver: Any, address: str, mark: str = _PAINTED) -> tuple[float, int]:
    """(milliseconds from the start of the navigation until the first picture is there, bytes received)."""
    driver.get("about:blank")
    driver.get_log("performance")
    driver.get(address)
    painted = _until(driver, f"return performance.getEntriesByName('{mark}')[0]?.startTime ?? null", every=0.1)      # asking takes a processor too
    size = 0
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.loadingFinished":
            size += int(message["params"]["encodedDataLength"])
    return painted, size


def _switch(driver: Any, address: str, data: str, indicators: list[str], query: str, where: str) -> list[Row]:
    """From the choice of another indicator to the map in its colours."""
    driver.get(address + query)
    _until(driver, _READY)
    time.sleep(1)
    spent, inside = [], []
    for i in range(12):
        known = driver.execute_script("return document.querySelector('#map').citymap.repaints?.length ?? 0")
        driver.execute_script("window.chosen = performance.now(); dash_clientside.set_props('indicator', {data: arguments[0]})",
                              indicators[(i + 1) % len(indicators)])
        last = _until(driver, f"const m = document.querySelector('#map').citymap; if ((m.repaints?.length ?? 0) <= {known}) return null; "
                              "return [performance.getEntriesByName('citymap:repaint').at(-1), m.repaint]")
        begun = driver.execute_script("return window.chosen")
        spent.append(last[0]["startTime"] + last[0]["duration"] - begun)
        inside.append(last[1])
        time.sleep(0.3)
    units = max(one["units"] for one in inside)
    parts = {name: round(float(np.median([one[name] for one in inside])), 1) for name in ("fetch_ms", "apply_ms", "paint_ms", "total_ms")}
    p50, p95 = np.percentile(spent[2:], [50, 95])
    return [Row(f"switching the indicator, {where}", f"{data}, {units:,} units", float(p50), "ms", float(p50), float(p95), 500.0,
                note=f"{parts}, load {os.getloadavg()[0]:.1f}")]


def _until(driver: Any, script: str, seconds: float = 60.0, every: float = 0.02) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = driver.execute_script(script)
        if found is not None:
            return found
        time.sleep(every)
    raise TimeoutError(f"never true: {script}; the page says {[entry['message'] for entry in driver.get_log('browser')][-3:]}")
