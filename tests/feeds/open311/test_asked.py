"""A posted request: every fault at once, by GeoReport's codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.open311.asked import Asked, asked
from feeds.open311.catalog import Catalog, CatalogError, read_catalog
from feeds.open311.fault import RefusedError

CATALOG = read_catalog(Path("config/morioka/services.toml"))
PLACE = [("lat", "39.70"), ("long", "141.15")]
BARE = '[[service]]\ncode = "A"\nname = "x"\nname_en = "x"\ndescription = "x"\n'
PLOW = [("service_code", "SNOW_NOT_PLOWED"), *PLACE]


def refused(fields: list[tuple[str, str]]) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        asked(fields, CATALOG)
    return caught.value


def test_a_request_with_lists_and_words_is_read() -> None:
    where = [("attribute[WHERE][]", one) for one in ("slope", "bridge", "slope")]
    told = [("description", "坂が<凍って>ます & 😀"), ("email", "a@example.jp"), ("phone", "")]
    one = asked([("service_code", "ROAD_ICE"), *PLACE, *where, *told], CATALOG)
    assert (one.lon, one.lat, one.service.code) == (141.15, 39.70, "ROAD_ICE")
    assert one.attributes == {"WHERE": ("slope", "bridge")} and one.description == "坂が<凍って>ます & 😀"
    assert "example.jp" not in repr(one)


def test_an_address_alone_is_a_place() -> None:
    one = asked([("service_code", "SNOW_NOT_PLOWED"), ("address_string", "盛岡市内丸12-2")], CATALOG)
    assert (one.lon, one.lat, one.address) == (None, None, "盛岡市内丸12-2")


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        (PLACE, 400, "service_code is missing"),
        ([("service_code", ""), *PLACE], 400, "service_code is missing"),
        ([("service_code", "NOPE"), *PLACE], 404, "'NOPE' is not known"),
        ([("service_code", "SNOW_NOT_PLOWED"), ("lat", "39.7")], 400, "lat and long come together"),
        ([("service_code", "SNOW_NOT_PLOWED"), ("lat", "nan"), ("long", "141")], 400, "lat 'nan'"),
        ([("service_code", "SNOW_NOT_PLOWED"), ("lat", "141.15"), ("long", "39.7")], 400, "lat '141.15'"),
        ([("service_code", "SNOW_NOT_PLOWED")], 400, "a place is needed"),
        ([("service_code", "SNOW_NOT_PLOWED"), ("address_id", "77")], 400, "address_id is not known here"),
        ([*PLOW, ("description", "あ" * 4001)], 400, "4001 characters"),
        ([*PLOW, ("description", "<b>x</b>")], 400, "without HTML"),
        ([*PLOW, ("media_url", "javascript:alert(1)")], 400, "media_url"),
        ([*PLOW, ("attribute[NOPE]", "1")], 400, "attribute[NOPE] is none of"),
        ([*PLOW, ("attribute[CARE]", "maybe")], 400, "'maybe' is none of yes, no"),
        ([*PLOW, ("attribute[CARE][]", "yes"), ("attribute[CARE][]", "no")], 400, "more values"),
        ([*PLOW, ("attribute[SINCE]", "2026-01-15T06:30:00")], 400, "with a zone"),
        ([("service_code", "BEAR"), *PLACE, ("attribute[NUMBER]", "inf")], 400, "no number"),
        ([("service_code", "SNOW_DAMAGE"), *PLACE], 400, "attribute[WHAT] is required"),
    ],
)
def test_what_is_wrong_is_told_with_its_code(fields: list[tuple[str, str]], status: int, words: str) -> None:
    fault = refused(fields)
    assert fault.status == status and words in fault.faults[0].description


def test_all_faults_are_told_at_once_and_the_unknown_service_first() -> None:
    fault = refused([("service_code", "NOPE"), ("lat", "x"), ("long", "1"), ("description", "a" * 5000)])
    assert [one.code for one in fault.faults] == [404, 400, 400]


def test_an_answer_can_make_it_urgent() -> None:
    assert asked([*PLOW, ("attribute[CARE]", "yes")], CATALOG).urgent
    assert not asked([*PLOW, ("attribute[CARE]", "no")], CATALOG).urgent


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["service_code", "lat", "long", "address_string", "description", "attribute[CARE]", "x"])
            | st.text(max_size=20),
            st.sampled_from(["SNOW_NOT_PLOWED", "39.7", "141", "", "yes"]) | st.text(max_size=30),
        ),
        max_size=12,
    )
)
def test_any_form_is_read_or_refused(fields: list[tuple[str, str]]) -> None:
    try:
        one = asked(fields, CATALOG)
    except RefusedError as fault:
        assert fault.status in (400, 404) and all(each.description for each in fault.faults)
    else:
        assert isinstance(one, Asked) and "\x00" not in one.description


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "service: Field required"),
        ('[[service]]\ncode = "A B"\nname = "x"\nname_en = "x"\ndescription = "x"', "service.0.code"),
        (f"{BARE}nope = 1", "service.0.nope"),
        (f'{BARE}[[service.attributes]]\ncode = "B"\ndescription = "y"\ndatatype = "singlevaluelist"', "[values]"),
        ("service = [", "services.toml"),
    ],
)  # fmt: skip
def test_a_catalogue_that_cannot_be_used_says_where(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "services.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        read_catalog(file)
    assert words in str(caught.value)


def test_the_changeset_changes_with_the_catalogue() -> None:
    fewer = Catalog(service=CATALOG.service[:-1])
    assert fewer.changeset != CATALOG.changeset == read_catalog(Path("config/morioka/services.toml")).changeset
