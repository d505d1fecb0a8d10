"""The program counts itself: nothing is lost between threads, quantiles are right within a bucket, and Prometheus can read it."""

import re
import threading
import time

import numpy as np
import pytest

from app.service.alive import Exposition
from app.watch import BUCKETS, EDGES, GROUPS, Watch, bucket_of
from callbacks.metrics import group_of

LINE = re.compile(r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+|\+Inf|NaN)$')


def test_nothing_is_lost_between_threads():
    watch = Watch()

    def work():
        for i in range(2000):
            watch.note(GROUPS[i % len(GROUPS)], (200, 404, 500)[i % 3], 0.001 * (i % 40))

    for _ in range(2):                      # the threads of the first round have ended when the second begins
        threads = [threading.Thread(target=work) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    told = watch.told()
    assert sum(one.count for one in told.values()) == 20_000 == sum(sum(one.buckets) for one in told.values())
    assert sum(one.outcomes["failed"] for one in told.values()) == 10 * len(range(2, 2000, 3))
    assert {group: one.count for group, one in watch.told(recent=True).items()} == {group: one.count for group, one in told.items()}


def test_quantiles_are_right_within_a_bucket():
    watch, times = Watch(), np.random.default_rng(5).lognormal(-4, 1, 5000)
    for seconds in times:
        watch.note("api", 200, float(seconds))
    told = watch.told()["api"]
    for share in (0.5, 0.95, 0.99):
        assert told.quantile(share) == pytest.approx(np.quantile(times, share), rel=0.2)
    assert told.seconds == pytest.approx(times.sum()) and watch.told()["tiles"].quantile(0.5) is None and watch.told()["tiles"].success is None


def test_a_time_falls_into_the_first_bucket_that_holds_it():
    for i, edge in enumerate(EDGES):
        assert bucket_of(edge) == i and bucket_of(edge * 1.001) == i + 1
    assert bucket_of(0) == bucket_of(-1) == 0 and bucket_of(1e9) == BUCKETS


def test_counting_costs_next_to_nothing():
    watch, best = Watch(), 1.0
    for _ in range(20):
        begun = time.thread_time()
        for _ in range(500):
            watch.note("api", 200, 0.0123)
        best = min(best, (time.thread_time() - begun) / 500)
    assert best < 20e-6                     # about 1 µs on an idle core; benchmarks/service.py prints it


@pytest.mark.parametrize("endpoint, path, group", [
    ("tiles.tile", "/tiles/x", "tiles"), ("values.values", "/values/x", "api"), ("health.health", "/health", "polls"),
    ("/_dash-update-component", "/_dash-update-component", "callbacks"), ("/", "/", "pages"), ("bundle.script", "/page.js", "assets"),
    ("bundle.map_script", "/map.js", "assets"),
    ("", "/nowhere", "pages"), ("sign_in.sign_in", "/sign-in", "pages")])
def test_requests_are_counted_by_what_they_are(endpoint, path, group):
    assert group_of(endpoint, path) == group


def families(text):
    """{name: (type, {sample: value})}, holding the text to the rules of the format: a head before its samples, each family once."""
    assert text.endswith("\n") and "\r" not in text
    found, name = {}, ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in found, "a family stands once"
            found[name] = ["", {}]
        elif line.startswith("# TYPE "):
            _, _, of, kind = line.split(" ")
            assert of == name and kind in ("counter", "gauge", "histogram") and not found[name][1]
            found[name][0] = kind
        else:
            match = LINE.match(line)
            assert match, line
            suffix = match[1].removeprefix(name)
            assert match[1].startswith(name) and suffix in (("_bucket", "_sum", "_count") if found[name][0] == "histogram" else ("",)), line
            assert found[name][0] != "counter" or name.endswith("_total")
            sample = match[1] + (match[2] or "")
            assert sample not in found[name][1], "a sample stands once"
            found[name][1][sample] = float(match[4])
    return found


def test_metrics_are_what_prometheus_reads(served):
    served.local.get("/version")
    answer = served.local.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = families(answer.get_data(as_text=True))
    assert found["chengshu_up"][1]["chengshu_up"] == 1
    for group in GROUPS:
        buckets = [value for sample, value in found["chengshu_request_seconds"][1].items() if "_bucket" in sample and f'"{group}"' in sample]
        counted = sum(value for sample, value in found["chengshu_requests_total"][1].items() if f'"{group}"' in sample)
        assert buckets == sorted(buckets) and len(buckets) == BUCKETS + 1
        assert buckets[-1] == counted == found["chengshu_request_seconds"][1][f'chengshu_request_seconds_count{{group="{group}"}}']
    assert found["chengshu_requests_total"][1]['chengshu_requests_total{group="polls",outcome="ok"}'] >= 1
    again = families(served.local.get("/metrics").get_data(as_text=True))
    assert all(again["chengshu_requests_total"][1][sample] >= value for sample, value in found["chengshu_requests_total"][1].items())


def test_labels_are_escaped():
    out = Exposition()
    out.family("x", "gauge", "a\nb\\", [({"city": 'q"\\\n'}, 1.5)])
    assert str(out) == '# HELP x a\\nb\\\\\n# TYPE x gauge\nx{city="q\\"\\\\\\n"} 1.5\n'


def test_metrics_are_closed_and_health_tells_nothing_of_anybody(served, monkeypatch):
    nobody = served.server.test_client()
    assert nobody.get("/metrics").status_code == 401 and served.clients["auditor"].get("/metrics").status_code == 403
    assert served.clients["leader"].get("/metrics").status_code == 200
    told = nobody.get("/health").json
    assert set(told) == {"status", "database", "feed_age_s"} and told["status"] == "ok" and told["database"] == "writable"
    monkeypatch.setattr("app.service.alive.os.access", lambda *_: False)
    assert nobody.get("/health").json == {**told, "status": "failing", "database": "not writable"}
