"""The command line: help for each command, and one clear line when something is wrong."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from data.connection import Database

ROOT = Path(__file__).resolve().parent.parent


def run(*words, home, **env):
    return subprocess.run([sys.executable, "run.py", *map(str, words)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
                          env={**os.environ, "CHENGSHU_HOME": str(home), "CHENGSHU_DEMO": "off", **{k: str(v) for k, v in env.items()}})


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("command", ["serve", "build", "import", "check", "bench", "account", "kiosk", "link", "secrets", "audit", "backup",
                                     "restore"])
def test_every_command_has_help(command, tmp_path):
    done = run(command, "--help", home=tmp_path)
    assert done.returncode == 0 and "usage" in done.stdout


def test_check_prints_settings_with_their_source(tmp_path):
    done = run("check", home=tmp_path, CHENGSHU_PORT=8123)
    assert done.returncode == 0, done.stderr
    assert any("CHENGSHU_PORT" in line and "8123" in line and "environment" in line for line in done.stdout.splitlines())


@pytest.mark.parametrize(("env", "says"), [({"CHENGSHU_PORT": "90000"}, "CHENGSHU_PORT"), ({"CHENGSHU_TIMEZONE": "Mars/Base"}, "CHENGSHU_TIMEZONE"),
                                           ({"CHENGSHU_MEMORY_LIMIT": "much"}, "CHENGSHU_MEMORY_LIMIT")])
def test_a_wrong_setting_is_named(tmp_path, env, says):
    done = run("check", home=tmp_path, **env)
    assert done.returncode == 1 and says in done.stderr and "Traceback" not in done.stderr


def test_a_taken_port_is_said_before_anything_is_built(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = run("serve", home=tmp_path / "none", CHENGSHU_PORT=other.getsockname()[1])
    assert done.returncode == 1 and "cannot be used" in done.stderr and "CHENGSHU_PORT" in done.stderr
    assert not (tmp_path / "none").exists()


def test_a_locked_database_is_said(tmp_path):
    other = Database(tmp_path / "chengshu.duckdb")
    done = run("check", home=tmp_path)
    other.close()
    assert done.returncode == 1
    assert "Another process holds the database" in done.stdout + done.stderr and str(os.getpid()) in done.stdout + done.stderr


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "chengshu.duckdb").write_bytes(b"this is not a database" * 500)
    done = run("check", home=tmp_path)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "damaged" in done.stdout + done.stderr


def test_importing_nonsense_changes_nothing(tmp_path):
    (tmp_path / "a.osm.pbf").write_bytes(b"not a pbf at all")
    done = run("import", tmp_path / "a.osm.pbf", "--city", "x", home=tmp_path / "home")
    assert done.returncode == 1 and "Traceback" not in done.stderr and "a.osm.pbf" in done.stderr
    done = run("import", tmp_path / "absent.geojson", "--city", "x", home=tmp_path / "home")
    assert done.returncode == 1 and "absent.geojson" in done.stderr
    done = run("import", tmp_path / "a.osm.pbf", "--city", "../etc", home=tmp_path / "home")
    assert done.returncode == 1 and "city key" in done.stderr


def square(lon, lat, **properties):
    ring = [[lon, lat], [lon + 0.001, lat], [lon + 0.001, lat + 0.001], [lon, lat + 0.001], [lon, lat]]
    return {"type": "Feature", "properties": {"building": "yes", **properties}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_import_reports_and_a_newer_file_updates_by_identity(tmp_path):
    home, file, report = tmp_path / "home", tmp_path / "b.geojson", tmp_path / "r.json"
    features = [square(8.0 + 0.002 * i, 47.0, id=f"way/{i}", **{"building:levels": 3}) for i in range(6)]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    dry = run("import", file, "--city", "few", "--dry-run", home=home)
    assert dry.returncode == 0 and not home.exists(), dry.stderr
    assert run("import", file, "--city", "few", "--report", report, home=home).returncode == 0
    first = json.loads(report.read_text(encoding="utf-8"))
    assert first["units"]["building"] == 6 and first["buildings"] == {"total": 6, "floors_known": 6, "floors_derived": 0, "floors_unknown": 0}
    assert first["in"] == first["accepted"] + first["rejected"] + first["duplicate"]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [*features[1:], square(8.0015, 47.002, id="way/99")]}), encoding="utf-8")
    later = time.time() + 3600
    os.utime(file, (later, later))
    assert run("import", file, "--city", "few", "--report", report, home=home).returncode == 0
    db = Database(home / "chengshu.duckdb")
    try:
        closed = db.rows("select source_id, valid_to from base.unit where level = 'building' and valid_to is not null")
        standing = db.run("select count(*) from theme.unit where level = 'building'").fetchone()[0]
        codes = db.run("select count(distinct code) from mgmt.identity where level = 'building'").fetchone()[0]
    finally:
        db.close()
    assert standing == 6 and codes == 7
    assert len(closed) == 1


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="a full disk is made with a tmpfs, which needs root")
def test_a_full_disk_keeps_what_was_there(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", disk], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        file = tmp_path / "many.geojson"
        features = [square(8 + 0.002 * (i % 100), 47 + 0.002 * (i // 100), id=f"way/{i}", name="长" * 60) for i in range(5000)]
        small = tmp_path / "few.geojson"
        small.write_text(json.dumps({"type": "FeatureCollection", "features": features[:3]}), encoding="utf-8")
        file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
        assert run("import", small, "--city", "few", home=disk).returncode == 0
        done = run("import", file, "--city", "many", home=disk)
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert "disk" in done.stderr.lower()
        for spare in disk.glob("imports/many/*"):
            spare.unlink()
        copy = tmp_path / "copy"
        shutil.copytree(disk, copy)
        checked = run("check", home=copy)
        assert checked.returncode == 0 and "3 building" in checked.stdout, checked.stdout + checked.stderr
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


def test_the_server_starts_serves_and_stops(tmp_path):
    port = free_port()
    server = subprocess.Popen([sys.executable, "run.py", "serve"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              env={**os.environ, "CHENGSHU_HOME": str(tmp_path), "CHENGSHU_DEMO": "small", "CHENGSHU_PORT": str(port),
                                   "CHENGSHU_FEED_SECONDS": "1"})
    try:
        deadline = time.time() + 150
        newest, cookies = [], urllib.request.HTTPCookieProcessor()
        browser = urllib.request.build_opener(cookies)
        while time.time() < deadline and len(set(newest)) < 2:
            try:
                if not any(cookies.cookiejar):
                    browser.open(f"http://127.0.0.1:{port}/health", timeout=5).close()
                    link = run("link", home=tmp_path, CHENGSHU_PORT=port).stdout.strip()
                    browser.open(link, timeout=30).close()
                with browser.open(f"http://127.0.0.1:{port}/version", timeout=5) as answer:
                    known = json.load(answer).get("demo", {}).get("newest")
                    newest += [known] if known else []
            except OSError:
                pass
            time.sleep(0.3)
        assert len(set(newest)) >= 2, "the demo city goes on reporting"
    finally:
        server.terminate()
        out = server.communicate(timeout=60)[0]
    assert server.returncode == 0, out
    assert "Traceback" not in out and f"http://127.0.0.1:{port}/sign-in/once/" in out
    again = Database(tmp_path / "chengshu.duckdb")
    assert all(row["is_balanced"] for row in again.rows("select * from mgmt.balance"))
    again.close()
