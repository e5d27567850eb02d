"""Why a channel tells nothing of an alert: named alike in the data and on the pages."""

from __future__ import annotations

import json
from pathlib import Path

import services.web
from services.channels.unsent import Unsent, code_of
from services.store.codec import to_json


def test_the_pages_have_a_word_for_each_name_and_it_is_the_same() -> None:
    words = json.loads((Path(services.web.__file__).parent / "static/words.json").read_text(encoding="utf-8"))
    assert {name: word["ja"] for name, word in words["refusals"].items()} == {one.value: one.ja for one in Unsent}
    assert Unsent.NOT_SET_UP.ja not in {one.ja for one in Unsent if one is not Unsent.NOT_SET_UP}


def test_a_row_tells_its_name_also_where_an_end_was_needless() -> None:
    refused = {"state": "refused", "reason": "", "payload": to_json(Unsent.BUDGET.refusal("リンクなし", "link"))}
    assert code_of(refused) == "budget_link"
    payload = {"media_type": "text/plain", "parts": ["…"]}
    assert code_of({"state": "refused", "reason": Unsent.UNHEARD.sentence, "payload": payload}) == "unheard"
    assert code_of({"state": "accepted", "reason": "", "payload": payload}) == ""
    assert code_of({"state": "refused", "reason": "", "payload": None}) == "", "its copy was let go"
