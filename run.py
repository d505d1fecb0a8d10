"""The front door: `create_app()`, `server` for any WSGI server, and the command line.

    python run.py serve                  the server, with the demo city at the first start
    python run.py build [--fresh]        bring the libraries to what data/sql says
    python run.py import FILE --city K   take a real place in
    python run.py check                  settings, parts, data: what is there and what is wrong
    python run.py account ACT | kiosk ACT | link   who may sign in, and how
    python run.py secrets [rotate NAME]  the keys of this installation
    python run.py audit verify|export    is the trail whole; its rows as CSV
    python run.py backup|restore FILE    the whole home as one archive, and back
    python run.py collect [SOURCE]       ask the sources once: folders, addresses, tables, topics
    python run.py forecast FILE …        forecast anybody's series, with bands and scores
    python run.py bench NAME [--json]    measure
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import shutil
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from app import keeping
from app.errors import Busy, ChengshuError
from app.exchange import commands as exchange_commands
from app.forecast import commands as forecast_commands
from app.identity import commands as identity_commands
from app.settings import load, rows

if TYPE_CHECKING:
    from dash import Dash

    from app.settings import Settings
    from app.system import System

log = logging.getLogger("chengshu")


def create_app(settings: Settings | None = None) -> Dash:
    """The whole program over its database, with the demo city on its way if there is no city yet.

    `app.server` is the WSGI application; `app.system` the running system.
    """
    from app.catalogue.measures import Keeper
    from app.system import System
    from callbacks.pages import create_dash
    from callbacks.server import create_server

    settings = settings or load()
    system = System(settings)
    server, gateway, results = create_server(system)
    app = create_dash(system, server, gateway, results)
    app.system = system
    start_cities(system)
    system.keeper = Keeper(system)
    system.keeper.start()
    return app


def start_cities(system: System) -> None:
    """In the background, with progress: take the demo city in at a first start, read every city's values, judge them; then let the demo report on."""
    from app.alerts.demo import first_days
    from app.alerts.watch import REPLAY_S
    from app.exchange.demo import KEY, Feed, prepare

    size = system.settings.demo
    unfinished = size != "off" and (
        not system.cities or (KEY in system.cities and not (system.settings.home / "demo" / "taken-in").exists()))
    feed = Feed(system, size, system.settings.feed_seconds) if size != "off" and system.settings.feed_seconds > 0 else None

    def work() -> None:
        try:
            if unfinished:
                prepare(system, size, say=lambda text, share: system.progress.update(text=text, share=share),
                        is_usable=lambda: system.progress.update(is_ready=True))
                (system.settings.home / "demo" / "taken-in").write_text(size, encoding="utf-8")
        except ChengshuError as error:
            log.error("The demo city could not be taken in: %s", error)
        except Exception:
            log.exception("The demo city could not be taken in")
        try:
            for city in list(system.cities):
                if not system.warm(city):
                    return                      # closed meanwhile
                system.progress.update(is_ready=True, text="alerts")
                if city == KEY and size != "off":
                    first_days(system, REPLAY_S)
                else:
                    system.alerts.take_up(city)
        except Exception:
            log.exception("The values of a city could not be read at the start: they are read when asked for")
        finally:
            system.progress.update(is_ready=True, is_whole=True, text="", share=1.0)
        for city in list(system.cities):
            system.alerts.take_up(city)             # what came in while others were judged
        if feed and KEY in system.cities:
            feed.start()

    system.feed = feed
    if unfinished or system.cities:
        system.progress.update(is_ready=False, is_whole=False, text="" if unfinished else "values", share=0.0)
        system.opening = threading.Thread(target=work, name="cities", daemon=True)
        system.opening.start()


def keep_still(system: System) -> None:
    """Once everything is read: what is there now stays, and looking through it again and again for garbage is a tenth of every answer."""
    if system.opening is not None:
        system.opening.join()
    gc.collect()
    gc.freeze()


def proxied(settings: Settings) -> dict[str, Any]:
    """What waitress is told of the proxy in front: whose word counts for who asks and whether they came by HTTPS."""
    if not settings.trusted_proxy:
        return {"clear_untrusted_proxy_headers": True}
    return {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_count": 1, "clear_untrusted_proxy_headers": True,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}


def serve(settings: Settings) -> int:
    """Serve until interrupted; a port that is taken is said before anything is built."""
    from waitress import create_server as listen

    from app.alerts.push import Messenger
    from app.exchange.scheduler import Scheduler
    from app.identity.start import check_start, welcome
    from app.quality.work import Reminders
    from callbacks.kept_briefs import Briefs

    check_start(settings)
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((settings.host, settings.port))
    except OSError as error:
        raise Busy(f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}",
                   "Stop what listens there, or set CHENGSHU_PORT") from error
    finally:
        probe.close()
    app = create_app(settings)
    front = listen(app.server, host=settings.host, port=settings.port, threads=settings.threads, ident="chengshu",
                   channel_timeout=60, connection_limit=1000, **proxied(settings))
    print(f"Chengshu 城枢 · http://{settings.host}:{settings.port}  (stop with Ctrl-C)", flush=True)
    print(welcome(settings, app.system.identity), flush=True)
    scheduler = Scheduler(app.system)
    scheduler.start()
    reminders = Reminders(app.system)
    reminders.start()
    briefs = Briefs(app.system)
    briefs.start()
    messenger = Messenger(app.system)
    messenger.start()
    app.system.outlooks.start()
    app.system.training.start()
    threading.Thread(target=keep_still, args=(app.system,), name="memory", daemon=True).start()

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        front.run()
    except KeyboardInterrupt:
        pass
    finally:
        front.close()
        scheduler.stop()
        reminders.stop()
        briefs.stop()
        messenger.stop()
        if getattr(app.system, "feed", None):
            app.system.feed.stop()
        app.system.close()
    return 0


def build(settings: Settings, fresh: bool) -> int:
    """Bring the libraries to what the files say; with `fresh` start from nothing."""
    from app.system import System

    if fresh:
        for path in (settings.database, settings.database.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
        shutil.rmtree(settings.home / "demo", ignore_errors=True)
    system = System(settings)
    for piece in system.built:
        print(f"{piece.action:11} {piece.name:32} {piece.seconds * 1000:8.1f} ms")
    system.close()
    return 0


def check(settings: Settings) -> int:
    """Print settings with their source, the parts and the cities; exit 1 when something is wrong."""
    from app.system import System

    for row in rows(settings):
        print(f"{row.name:28} {row.value:28} {row.source:12} {row.help}")
    wrong = 0
    try:
        system = System(settings)
    except ChengshuError as error:
        print(f"\ndatabase: {error}")
        return 1
    print(f"\ndatabase: {settings.database}")
    for city in system.cities.values():
        units = {row["level"]: row["standing"] for row in system.unit_counts(city.city)}
        print(f"city {city.city}: {city.name_zh} / {city.name_en}{' (synthetic)' if city.is_synthetic else ''} "
              + ", ".join(f"{n} {level}" for level, n in units.items()))
    for finding in system.not_conserved():
        wrong += 1
        print(f"does not add up: {finding}")
    for total in system.totals():
        print(f"rows of {total.city}: {total.row_in:,} in {total.batches:,} batches = {total.accepted:,} accepted + {total.rejected:,} rejected "
              f"+ {total.duplicate:,} duplicate")
    print("" if wrong else "every row is accounted for: front = hub = accepted + rejected + duplicate, dept = accepted, base comes from dept")
    wrong += keeping.check_audit(settings)
    system.close()
    return 1 if wrong else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="run.py", description="Chengshu 城枢: the operations hub of a city.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="serve the screens and the API", description="Serve until interrupted. "
                        "Settings (address, port, demo city, …) are environment variables: see `run.py check`.")
    built = commands.add_parser("build", help="bring the libraries to what data/sql says",
                                description="Run data/sql in the order of what reads what, make anew "
                                "only what changed, and print what was done in how long.")
    built.add_argument("--fresh", action="store_true", help="throw the database away first")
    commands.add_parser("check", help="print settings, parts and cities, and say what is wrong",
                        description="Every setting with value, source and help; parts; cities; does every batch balance, is the trail whole. "
                                    "Ends with 1 where something is wrong.")
    identity_commands.add_parsers(commands)
    keeping.add_parsers(commands)
    exchange_commands.add_parsers(commands)
    forecast_commands.add_parsers(commands)
    bench = commands.add_parser("bench", help="measure; prints a table (or --json)")
    bench.add_argument("name", nargs="?", default="", help="which benchmark; none lists them")
    bench.add_argument("--json", action="store_true", help="print JSON")
    bench.add_argument("--size", default="", help="data size, where the benchmark has several")
    place = commands.add_parser("import", help="take a real place in from a file")
    place.add_argument("file", help="path or https address of .osm.pbf, GeoJSON, GeoPackage, Shapefile (or .zip), GeoParquet, CityJSON, CSV, Excel")
    place.add_argument("--city", required=True, help="the city, by its name or its key (a–z, 0–9, - and _); a name is kept and makes the key")
    place.add_argument("--city-name", default="", help="name to show, where the file does not say one")
    place.add_argument("--crs", default=None, help="gcj02, bd09 or EPSG:n, where the file does not say it")
    place.add_argument("--name-field", default=None, help="field that holds the names")
    place.add_argument("--code-field", default=None, help="field that holds the unit codes")
    place.add_argument("--level", default=None, help="level of the file's units: district, street, community, building, …")
    place.add_argument("--dry-run", action="store_true", help="show what was recognised and how it maps; change nothing")
    place.add_argument("--force", action="store_true", help="take the file even if it is older than what is in, or knows few of its buildings")
    place.add_argument("--report", default=None, metavar="FILE.json", help="write the report as JSON")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run a command; errors of ours are one line, never a traceback."""
    logging.basicConfig(level=os.environ.get("CHENGSHU_LOG", "INFO"), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("waitress").setLevel(logging.WARNING)
    asked = parser().parse_args(argv)
    if asked.command is None:
        parser().print_help()
        return 2
    try:
        settings = load()
        if asked.command == "serve":
            return serve(settings)
        if asked.command == "build":
            return build(settings, asked.fresh)
        if asked.command == "check":
            return check(settings)
        for part in (identity_commands, keeping, exchange_commands, forecast_commands):
            if asked.command in part.NAMES:
                return part.run(settings, asked)
        if asked.command == "bench":
            from benchmarks import run as run_benchmark
            return run_benchmark(asked.name, asked.json, asked.size)
        from app.exchange.importing import import_place
        return import_place(settings, asked)
    except ChengshuError as error:
        print(f"run.py {asked.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


_app: Dash | None = None


def __getattr__(name: str) -> Any:
    """`run:server` for any WSGI server, made when first asked for."""
    global _app
    if name == "server":
        _app = _app or create_app()
        return _app.server
    raise AttributeError(name)


if __name__ == "__main__":
    sys.exit(main())
