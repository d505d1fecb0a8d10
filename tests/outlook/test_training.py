"""The choice of models: kept with its data, scores and date, used from its file, cancelled, and never the reason for a page to fail."""

from __future__ import annotations

import numpy as np
import pytest

from app.errors import BadInput, NotFound
from app.forecast.training import Job, State, Training


def test_a_choice_is_kept_and_forecasts_from_its_file(own):
    made = own.training.run(Job("tiny", "power_load_mw", "district", "me"))
    assert made["model"] and made["series"] == 2 and made["scores"]["n"] > 0 and made["who"] == "me", made
    champions = own.outlooks.champions
    row = champions.row("tiny", "power_load_mw", "district")
    assert row["model"] == made["model"] and set(row["scores"]["models"]) >= {"persistence", "daily", made["model"]}
    assert champions.file("tiny", "power_load_mw", "district").is_file()
    found = own.outlooks.tower("tiny", "power_load_mw").levels["district"]
    assert found.model == made["model"]
    own.outlooks.champions._fitted.clear()
    own.outlooks.forget("tiny")
    assert np.allclose(own.outlooks.tower("tiny", "power_load_mw").levels["district"].y, found.y)
    own.training.run(Job("tiny", "power_load_mw", "district", "you"))
    assert [row["who"] for row in champions.history("tiny", "power_load_mw", "district")] in (["you", "me"], ["me", "you"])


def test_a_damaged_file_lets_a_quick_model_stand_in(own, caplog):
    own.training.run(Job("tiny", "power_load_mw", "city", ""))
    own.outlooks.champions.file("tiny", "power_load_mw", "city").write_bytes(b"PK\x03\x04 not a model")
    own.outlooks.champions._fitted.clear()
    own.outlooks.forget("tiny")
    assert np.isfinite(own.outlooks.tower("tiny", "power_load_mw").levels["city"].y).all()
    assert "cannot be read" in caplog.text


def test_what_cannot_be_chosen_says_why(own):
    assert "too little history" in own.training.run(Job("tiny", "aqi", "city", ""))["error"]
    with pytest.raises(NotFound):
        own.training.ask("tiny", "nothing")
    with pytest.raises(BadInput):
        own.training.ask("tiny", "power_load_mw", ["floor"])


def test_a_choice_can_be_cancelled(own):
    training = Training(own)
    training._is_cancelled.set()
    assert training.run(Job("tiny", "power_load_mw", "street", ""))["error"] == "cancelled"
    assert own.outlooks.champions.row("tiny", "power_load_mw", "street") is None


def test_jobs_wait_in_line_once(own, monkeypatch):
    training = Training(own)
    monkeypatch.setattr(training, "_begin", lambda: None)
    assert training.ask("tiny", "power_load_mw") == 3 and training.ask("tiny", "power_load_mw") == 0
    assert training.state == State(waiting=3) and training.cancel() == 3 and training.state.waiting == 0
