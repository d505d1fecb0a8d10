"""People by age and sex, and topics of public opinion, on the forecast page and over the API: sums, bands, and what stays hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from app.access import Grant
from data.demo import topics as demo_topics
from tests import tiny
from tests.forecast_page.test_special import LEFT, RIGHT, STREET, panel, said
from tests.signed_in import account, signed_in
from tests.wall.test_routes import running

YEARS, AGES = (2010, 2015, 2020, 2025), range(0, 101, 5)
NEWEST = int(tiny.NOON.timestamp()) // 3600


def groups(few: bool = True):
    """Two districts; in one of them there are three people of a hundred and over, who must not be told of."""
    found = []
    for d, district in enumerate((LEFT, RIGHT)):
        for y, year in enumerate(YEARS):
            for sex in (1, 2):
                for age in AGES:
                    people = int(4000 * (1 + d) * (1 + 0.04 * y) * (1 if age < 60 else np.exp(-(age - 55) / 14)))
                    born = 60 * (1 + d) if 20 <= age < 40 else 0
                    people = 3 if few and (d, sex, age) == (0, 1, 100) else people
                    found.append({"unit_code": district, "year": str(year), "sex": str(sex), "age": str(age), "people": str(people),
                                  "deaths": str(int(people * (0.004 + 0.9 * np.exp((age - 105) / 11)))) if y else None,
                                  "births": str(5 * born) if y else None, "migrants": str(20 * (1 + d)) if y and 20 <= age < 35 else "0"})
    return found


def opinion(n: int = 90):
    """Topics as the demo city has them, about the two districts, the newest hour at NOON."""
    made = demo_topics.running(7, NEWEST - 24 * (n // demo_topics.A_DAY), NEWEST, 2)
    named = [{"code": one.code, "name_zh": f"话题{one.number}", "name_en": f"Topic {one.number}", "unit_code": (LEFT, RIGHT)[one.district],
              "first_seen_at": datetime.fromtimestamp(one.first * 3600, UTC).isoformat()} for one in made]
    hours = [{"topic": one.code, "hour_at": datetime.fromtimestamp((one.first + k) * 3600, UTC).isoformat(), "mentions": str(int(count))}
             for one in made for k, count in enumerate(one.mentions) if one.first + k <= NEWEST]
    return made, named, hours


def months():
    found = []
    for month in range(1, 11):
        found += tiny.readings("resident_population", "grid", at=datetime(2026, month, 15, tzinfo=UTC))
    found += [row for k in range(30) for row in tiny.readings("mentions_per_h", "district", at=tiny.NOON - timedelta(hours=k))]
    return found


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    system, server = running(folder, tiny.hand_in(folder, "reading", months(), "r"))
    _, named, hours = opinion()
    system.take([tiny.hand_in(folder, "age_group", groups(), "a", source="police"), tiny.hand_in(folder, "topic", named, "t", source="publicity"),
                 tiny.hand_in(folder, "topic_hour", hours, "h", source="publicity")])
    grants = {"analyst": Grant("analyst", "tiny", "", 1), "left": Grant("analyst", "tiny", LEFT, 1), "low": Grant("leader", "tiny", "", 0)}
    yield system, {**{name: signed_in(system, server, account(system, name, grant)) for name, grant in grants.items()},
                   "local": signed_in(system, server)}
    system.close()


def test_districts_add_up_to_the_city_in_every_year_age_and_sex(served):
    city, left, right = (said(served[1]["local"], "population", unit=code) for code in ("990100", LEFT, RIGHT))
    assert city["years"] == list(range(2025, 2056, 5)) and [row["year"] for row in city["past"]] == list(YEARS)
    assert city["ages"][-1] == 100 and len(city["rows"]) == 7 * 2 * 21
    for whole, a, b in zip(city["rows"], left["rows"], right["rows"], strict=True):
        assert whole["people"] == pytest.approx(a["people"] + b["people"], abs=0.2) and whole["lo90"] <= whole["hi90"]
    for k in range(7):
        assert sum(row["people"] for row in city["rows"] if row["year"] == city["years"][k]) == pytest.approx(city["course"][k]["people"], rel=1e-4)
    assert [row["code"] for row in city["districts"]] == [RIGHT, LEFT] and not left["districts"]
    before, after = city["course"][0], city["course"][1]
    assert after["people"] == pytest.approx(before["people"] + after["births"] - after["deaths"] + after["migrants"], rel=1e-3), "nobody is lost"
    assert after["lo90"] <= after["lo80"] <= after["people"] <= after["hi80"] <= after["hi90"]
    now = city["pyramids"][0]
    young, all_ = sum(now["men"][:3]) + sum(now["women"][:3]), sum(now["men"]) + sum(now["women"])
    old = sum(now["men"][13:]) + sum(now["women"][13:])
    assert before["dependency"] == pytest.approx((young + old) / (all_ - young - old), rel=1e-6)


def test_small_counts_stay_hidden(served):
    owner, analyst = said(served[1]["local"], "population", unit=LEFT), said(served[1]["analyst"], "population", unit=LEFT)
    assert owner["pyramids"][0]["men"][-1] == 3
    assert analyst["ages"][-1] == 95 and analyst["pyramids"][0]["men"][-1] >= 5
    city = said(served[1]["analyst"], "population", unit="990100")
    assert city["ages"] == analyst["ages"], "nor can they be told from the city less the other district"
    assert sum(analyst["pyramids"][0]["men"]) == pytest.approx(sum(owner["pyramids"][0]["men"]))


def test_where_no_group_is_large_enough_nothing_is_told(tmp_path):
    system, server = running(tmp_path, tiny.hand_in(tmp_path, "reading", months(), "r"))
    small = [{**row, "people": str(max(1, int(row["people"]) // 1000))} for row in groups()]
    system.take([tiny.hand_in(tmp_path, "age_group", small, "a", source="police")])
    client = signed_in(system, server, account(system, "analyst", Grant("analyst", "tiny", "", 1)))
    assert "hidden" in str(said(client, "population", 404)) and "Small counts of people are not shown" in panel(client, "resident_population")
    assert "no_topics" in str(said(client, "popularity", 404)) and "too few topics" in panel(client, "mentions_per_h")
    system.close()


def test_the_panel_of_people_says_it_in_words_pictures_and_a_table(served):
    english, chinese = panel(served[1]["local"], "resident_population"), panel(served[1]["local"], "resident_population", "zh", unit=STREET)
    assert "In 30 years: 2055" in english and "Picture" in english and "Districts, which add up to the city" in english
    assert "人口结构推演" in chinese and "该结果只针对区与全市" in chinese and "People" not in chinese
    assert "of now alone" in panel(served[1]["local"], "resident_population", at=str(int(datetime(2026, 9, 2, tzinfo=UTC).timestamp())))


def test_who_sees_a_part_or_no_people_is_told_no_more(served):
    left, low = served[1]["left"], served[1]["low"]
    assert said(left, "population")["code"] == LEFT and said(left, "population", 404, unit=RIGHT) and said(left, "population", 404, unit="990100")
    assert said(low, "population", 404), "counts of people are above this level"
    assert {one["unit"]["code"] for one in said(left, "popularity")["topics"]} == {LEFT}
    assert RIGHT not in panel(left, "mentions_per_h")


def test_topics_that_run_are_foretold(served):
    found, made = said(served[1]["local"], "popularity"), {one.code: one for one in opinion()[0]}
    runs = {code for code, one in made.items() if 2 <= NEWEST - one.first < demo_topics.HOURS}
    assert {one["code"] for one in found["topics"]} == runs and found["at"] == NEWEST * 3600 and found["learnt"] >= 50
    inside = 0
    for one in found["topics"]:
        true = made[one["code"]]
        assert one["so_far"] == true.mentions[: NEWEST - true.first + 1].sum() <= one["size"] + 1e-6
        assert one["lo90"] <= one["lo80"] <= one["size"] + 1e-6 and one["size"] <= one["hi80"] + 1e-6 <= one["hi90"] + 2e-6
        assert one["peak_lo"] <= one["peak_hi"] and 0 <= one["over"] <= 1 and len(one["course"]) == demo_topics.HOURS + 1
        inside += one["lo90"] <= true.mentions.sum() <= one["hi90"]
    assert inside >= 0.6 * len(found["topics"])
    sizes = [one["size"] for one in found["topics"]]
    assert sizes == sorted(sizes, reverse=True)
    assert "Topics that run" in panel(served[1]["local"], "mentions_per_h") and "进行中的话题" in panel(served[1]["local"], "mentions_per_h", "zh")
    file = served[1]["analyst"].get("/api/forecast/tiny/special/popularity.csv").data.decode("utf-8-sig")
    assert file.splitlines()[0].startswith("unit_id,indicator,topic,name_zh") and "T0" in file.splitlines()[1]
