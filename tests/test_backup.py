"""A city goes through backup, loss and restore and answers as before; an archive that is not whole or not ours changes nothing."""

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from app.access import Grant
from app.audit import Audit
from app.backup import back_up, backups, restore
from app.errors import BadInput, Busy, ChengshuError, NotFound, Unreadable
from app.secrets import Secrets
from app.settings import load
from app.system import System
from callbacks.server import create_server
from data.connection import Database
from data.levels import LEVELS
from data.trail import Question
from tests import homes, tiny
from tests.signed_in import PASSWORD, account, signed_in


def lived_in(home):
    """A home with a city, people and a trail."""
    folder, system = home.parent / "in", homes.city(home)
    system.take([tiny.hand_in(folder, "reading", tiny.readings("energy_use_kwh", "floor") + tiny.readings("aqi", "street"), "r")])
    account(system, "lin", Grant("analyst", "tiny", "990101", 1), department="traffic")
    (home / "settings.env").write_text("CHENGSHU_LANGUAGE=en\n")
    for i in range(40):
        system.audit.note("lin", "account", "units.card", "allowed", city="tiny", units=[f"u{i}"])
    system.audit.flush()
    system.close()


def city(home):
    """A system running in a copy of it."""
    return System(load(home=homes.copy(lived_in, home), demo="off"))


def facts(home):
    """Everything that must be the same afterwards: values of every unit, rows of accounts, the trail, keys."""
    system = System(load(home=home, demo="off"))
    values = {(name, level): system.values("tiny").cube(name).history(level).copy() for name in ("energy_use_kwh", "aqi")
              for level in system.values("tiny").cube(name).levels}
    units = {level: system.rows("export_rows", city="tiny", level=level, codes=[], most=1000) for level in LEVELS}
    people = {table: system.identity.office.people.find(table) for table in ("account", "role_grant")}
    checked = system.audit.verify()
    trail = [row for row in system.audit.trail.walk(Question()) if row["action"] == "units.card"]
    keys = {row.name: Secrets(home).keys(row.name) for row in Secrets(home).rows()}
    signed = system.identity.sign_in("lin", PASSWORD, "10.0.0.1").session
    system.close()
    return {"values": values, "units": units, "people": people, "intact": checked.is_intact, "trail": trail, "keys": keys, "signs_in": bool(signed)}


def same(a, b):
    for key, value in a["values"].items():
        np.testing.assert_array_equal(value, b["values"][key])
    def still(rows):
        return [{name: value for name, value in row.items() if not name.endswith("_at")} for row in rows]

    assert a["values"].keys() == b["values"].keys()
    assert {k: still(v) for k, v in a["people"].items()} == {k: still(v) for k, v in b["people"].items()}
    assert all(str(a["units"][level]) == str(b["units"][level]) for level in LEVELS)
    assert a["trail"] == b["trail"] and a["keys"] == b["keys"] and a["intact"] and b["intact"] and b["signs_in"]


@pytest.fixture(scope="module")
def archive_of_all(tmp_path_factory):
    folder = tmp_path_factory.mktemp("backup")
    return back_up(load(home=homes.copy(lived_in, folder / "home")), folder / "kept.tar.gz").path


@pytest.fixture
def lost(tmp_path, archive_of_all):
    """(home, archive): the home is gone."""
    return tmp_path / "home", Path(shutil.copy(archive_of_all, tmp_path))


@pytest.mark.parametrize("ending", [".tar.gz", ".tar.zst"])
def test_a_lost_city_comes_back_as_it_was(tmp_path, ending):
    home = tmp_path / "home"
    system = city(home)
    sealed = system.secrets.seal("factor", b"otp")
    system.close()
    made = back_up(load(home=home), tmp_path / f"kept{ending}")
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600 and made.size == made.path.stat().st_size
    before = facts(home)
    shutil.rmtree(home)
    kept, manifest = restore(load(home=home), made.path)
    assert kept is None and manifest["versions"]["duckdb"] and (home / "settings.env").read_text() == "CHENGSHU_LANGUAGE=en\n"
    same(before, facts(home))
    assert Secrets(home).unseal("factor", sealed) == b"otp"
    assert stat.S_IMODE((home / "secrets").stat().st_mode) == 0o700
    assert list(tmp_path.glob(".home-*")) == [] and list(home.glob(".backup-*")) == []


def test_a_running_server_backs_itself_up_while_it_is_written_to(tmp_path):
    home = tmp_path / "home"
    system = city(home)
    server, _, _ = create_server(system)
    with_right = signed_in(system, server)
    without = signed_in(system, server, account(system, "wang", Grant("analyst")))
    assert without.post("/api/backup").status_code == 403 and without.get("/api/backup").status_code == 403
    made = with_right.post("/api/backup")
    assert made.status_code == 200, made.json
    listed = with_right.get("/api/backup").json["backups"]
    assert [row["name"] for row in listed] == [made.json["name"]] == [row["name"] for row in backups(system.settings)]
    system.take([tiny.hand_in(tmp_path / "in", "reading", tiny.readings("aqi", "street", at=tiny.NOON.replace(day=19)), "later")])
    archive = home / "backups" / made.json["name"]
    elsewhere = tmp_path / "elsewhere"
    restore(load(home=elsewhere), archive)
    system.close()
    again = System(load(home=elsewhere, demo="off"))
    assert again.values("tiny").cube("aqi").times.size == 1, "as of the backup"
    assert again.audit.verify().is_intact
    again.close()


def test_sessions_end_with_a_restore(tmp_path):
    home = tmp_path / "home"
    system = city(home)
    session = system.identity.sign_in("lin", PASSWORD, "10.0.0.2").session
    assert system.identity.recognise(session, None, "10.0.0.2").name == "lin"
    system.close()
    made = back_up(load(home=home), tmp_path / "kept.tar.gz")
    restore(load(home=home), made.path, is_forced=True)
    system = System(load(home=home, demo="off"))
    assert system.identity.recognise(session, None, "10.0.0.2").kind == "nobody"
    system.close()


def test_a_home_is_not_overwritten_without_force_and_kept_with_it(tmp_path, lost):
    home, archive = lost
    home.mkdir()
    (home / "mine").write_text("x")
    with pytest.raises(BadInput, match="--force"):
        restore(load(home=home), archive)
    kept, _ = restore(load(home=home), archive, is_forced=True)
    assert (kept / "mine").read_text() == "x" and not (home / "mine").exists() and (home / "chengshu.duckdb").exists()


def test_a_running_server_is_not_pulled_from_under(tmp_path, lost):
    home, archive = lost
    restore(load(home=home), archive)
    script = "import sys, time; from data.connection import Database; d = Database(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", script, str(home / "chengshu.duckdb")], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(Busy):
            restore(load(home=home), archive, is_forced=True)
        with pytest.raises(Busy):
            back_up(load(home=home), tmp_path / "second.tar.gz")
    finally:
        other.kill()
        other.wait()
        other.stdout.close()


def rewritten(archive, target, change):
    """The archive with its members passed through `change(list of (info, body))`."""
    with tarfile.open(archive) as tar:
        members = [(info, tar.extractfile(info).read()) for info in tar]
    with tarfile.open(target, "w:gz", compresslevel=1) as tar:
        for info, body in change(members):
            if info.isreg():
                info.size = len(body)
            tar.addfile(info, io.BytesIO(body) if info.isreg() else None)
    return target


def member(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def manifest_with(members, *rows):
    manifest = json.loads(members[0][1])
    manifest["files"] += rows
    return [(members[0][0], json.dumps(manifest).encode()), *members[1:]]


def row_of(name, body=b"x"):
    return {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}


ATTACKS = {
    "a changed byte": lambda m: [*m[:-1], (m[-1][0], bytes([m[-1][1][0] ^ 1]) + m[-1][1][1:])],
    "a missing file": lambda m: m[:-1],
    "a file too many": lambda m: [*m, (member("extra"), b"x")],
    "a file twice": lambda m: [*m, m[-1]],
    "a longer file": lambda m: [*m[:-1], (m[-1][0], m[-1][1] + b"x")],
    "a path up": lambda m: [*manifest_with(m, row_of("../evil")), (member("../evil"), b"x")],
    "a path up inside": lambda m: [*manifest_with(m, row_of("a/../../evil")), (member("a/../../evil"), b"x")],
    "an absolute path": lambda m: [*manifest_with(m, row_of("/tmp/chengshu-evil")), (member("/tmp/chengshu-evil"), b"x")],
    "a link": lambda m: [*manifest_with(m, row_of("evil", b"")), (member("evil", tarfile.SYMTYPE, "/etc/passwd"), b"")],
    "a hard link": lambda m: [*manifest_with(m, row_of("evil", b"")), (member("evil", tarfile.LNKTYPE, "secrets/audit"), b"")],
    "a device": lambda m: [*manifest_with(m, row_of("evil", b"")), (member("evil", tarfile.CHRTYPE), b"")],
    "a pipe": lambda m: [*manifest_with(m, row_of("evil", b"")), (member("evil", tarfile.FIFOTYPE), b"")],
    "a folder": lambda m: [*m, (member("folder", tarfile.DIRTYPE), b"")],
    "no manifest": lambda m: m[1:],
    "a manifest that is none": lambda m: [(m[0][0], b"[]"), *m[1:]],
    "another format": lambda m: [(m[0][0], m[0][1].replace(b'"format": 1', b'"format": 9')), *m[1:]],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_archive_that_is_not_whole_or_not_ours_changes_nothing(tmp_path, lost, attack):
    home, archive = lost
    home.mkdir()
    (home / "mine").write_text("x")
    wrong = rewritten(archive, tmp_path / "wrong.tar.gz", ATTACKS[attack])
    with pytest.raises(Unreadable):
        restore(load(home=home), wrong, is_forced=True)
    assert [path.name for path in home.iterdir()] == ["mine"] and not Path("/tmp/chengshu-evil").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"home", "kept.tar.gz", "wrong.tar.gz"}, "nothing is left over"


@pytest.mark.parametrize("body", [b"", b"not an archive", b"\x1f\x8b\x08\x00garbage"])
@pytest.mark.parametrize("ending", [".tar.gz", ".tar.zst"])
def test_what_is_no_archive_is_said(tmp_path, body, ending):
    (tmp_path / f"no{ending}").write_bytes(body)
    with pytest.raises(Unreadable):
        restore(load(home=tmp_path / "home"), tmp_path / f"no{ending}")
    with pytest.raises(NotFound):
        restore(load(home=tmp_path / "home"), tmp_path / f"none{ending}")
    assert not (tmp_path / "home").exists()


def test_a_cut_archive_is_said(tmp_path, lost):
    home, archive = lost
    for part in (0.2, 0.7, 0.999):
        (tmp_path / "cut.tar.gz").write_bytes(archive.read_bytes()[: int(archive.stat().st_size * part)])
        with pytest.raises(Unreadable):
            restore(load(home=home), tmp_path / "cut.tar.gz")
    assert not home.exists()


def test_names_and_nothing_are_said(tmp_path):
    home = tmp_path / "home"
    with pytest.raises(NotFound):
        back_up(load(home=home), tmp_path / "a.tar.gz")
    home.mkdir()
    (home / "x").write_text("x")
    with pytest.raises(BadInput, match="tar"):
        back_up(load(home=home), tmp_path / "a.zip")
    (tmp_path / "a.tar.gz").write_text("mine")
    with pytest.raises(BadInput, match="nothing is overwritten"):
        back_up(load(home=home), tmp_path / "a.tar.gz")
    with pytest.raises(ChengshuError):
        back_up(load(home=home), tmp_path / "no folder" / "a.tar.gz")


def test_the_commands_do_it(tmp_path, lost):
    home, archive = lost

    def run(*words):
        return subprocess.run([sys.executable, "run.py", *map(str, words)], capture_output=True, text=True, timeout=120, check=False,
                              cwd=Path(__file__).resolve().parent.parent,
                              env={**os.environ, "CHENGSHU_HOME": str(home), "CHENGSHU_DEMO": "off"})

    done = run("restore", archive)
    assert done.returncode == 0 and "every session is ended" in done.stdout, done.stderr
    assert run("restore", archive).returncode == 1
    done = run("backup", tmp_path / "second.tar.zst")
    assert done.returncode == 0 and "holds the keys" in done.stdout, done.stderr
    done = run("audit", "verify")
    assert done.returncode == 0 and done.stdout.startswith("intact"), done.stdout + done.stderr
    audit = Audit(home, Secrets(home), load(home=home))
    rows = [row["action"] for row in audit.trail.search(Question(), 0, 5)]
    assert rows[:2] == ["backup", "restore"]
    audit.close()
    Database(home / "chengshu.duckdb").close()
