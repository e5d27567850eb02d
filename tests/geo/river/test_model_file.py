"""A model's file: the same model comes out again; a broken or hostile one is refused with the place and the cure."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.river.forecast import LEADS
from geo.river.model_file import ModelFileError, read, told
from geo.river.signs import NAMES
from tests.geo.river.making import small_model

TEXT = told(small_model())
SIGNS = np.random.default_rng(5).normal(0, 1, (50, len(NAMES)))


def test_the_same_model_comes_out_again() -> None:
    model, again = small_model(), read(TEXT)
    assert (again.provenance, again.normals) == (model.provenance, model.normals)
    for lead in LEADS:
        assert np.array_equal(again.rises(SIGNS, lead), model.rises(SIGNS, lead))
        assert again.leads[lead].warn == model.leads[lead].warn
    gaps = np.linspace(-0.1, 3, 50)
    for lead, chances in model.chances(SIGNS, gaps).items():
        assert np.array_equal(again.chances(SIGNS, gaps)[lead], chances)
    assert told(again) == TEXT


def test_a_model_of_unknown_origin_is_not_written() -> None:
    with pytest.raises(ValueError, match="provenance"):
        told(replace(small_model(), provenance=None))


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    whole = json.loads(TEXT)
    change(whole)
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ('{"format": NaN}', "NaN is no number"),
        ("[]", "the file: must be an object"),
        ("{}", "the file: must hold"),
        (changed(lambda whole: whole.update(format="pickle")), "format: 'pickle'"),
        (changed(lambda whole: whole["signs"].pop()), "signs: learned from other signs"),
        (changed(lambda whole: whole.update(more=1)), "'more'"),
        (changed(lambda whole: whole["leads"].pop("6")), "leads: must hold 1, 2, 3, 6"),
        (changed(lambda whole: whole["leads"]["1"].update(warn=2)), "leads.1: warn must be a chance"),
        (changed(lambda whole: whole["leads"]["1"].update(widen="wide")), "leads.1.widen: must be a finite number"),
        (changed(lambda whole: whole["leads"]["2"]["rise"].pop("0.5")), "leads.2.rise: must hold"),
        (changed(lambda whole: whole["leads"]["3"]["reach"]["left"].append(1)), "leads.3.reach: the columns"),
        (changed(lambda whole: whole["normals"].update(a0=True)), "normals.a0: must be a finite number"),
        (changed(lambda whole: whole["normals"].update(a0=10**400)), "normals.a0: must be a finite number"),
        (changed(lambda whole: whole["provenance"].update(until="soon")), "provenance.until: 'soon' is not a time"),
        (changed(lambda whole: whole["provenance"].update(stations="a0")), "provenance.stations: must be a list"),
        (changed(lambda whole: whole["provenance"].update(rows=-1)), "provenance.rows"),
    ],
)
def test_another_text_is_refused_with_the_place_and_the_cure(text: str, said: str) -> None:
    with pytest.raises(ModelFileError) as refused:
        read(text)
    assert said in str(refused.value) and "shirase train river" in str(refused.value)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(-2, 9), max_size=4),
    st.just({}),
)


@settings(max_examples=60)
@given(data=st.data(), odd=ODD)
def test_whatever_stands_anywhere_it_is_a_model_or_refused(data: st.DataObject, odd: object) -> None:
    """One place of the file is overwritten, however deep; what is still read foretells numbers."""
    whole = at = json.loads(TEXT)
    while True:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        key = data.draw(st.sampled_from(keys))
        below = at[key]
        if not isinstance(below, dict | list) or not below or data.draw(st.integers(0, 4)) == 0:
            break
        at = below
    at[key] = odd
    try:
        model = read(json.dumps(whole))
    except ModelFileError as refused:
        assert "shirase train river" in str(refused)
        return
    for lead in LEADS:
        assert np.isfinite(model.rises(SIGNS, lead)).all()
        assert np.isfinite(model.chances(SIGNS, np.ones(50))[lead]).all()
