"""Answers sealed for the store, and in clear again: what they say of health and family is in no column."""

from __future__ import annotations

import json

from rules.muster.answer import Answer
from services.muster.seal import Seal
from services.store.codec import from_json, to_json


def sealed(answer: Answer, number: int, person: str, seal: Seal) -> bytes:
    """Bound to the muster and the person."""
    return seal.close(_bound(number, person), json.dumps(to_json(answer), ensure_ascii=False))


def opened(whole: bytes, number: int, person: str, seal: Seal) -> Answer:
    """Raises KeyringError where the key is another."""
    return from_json(Answer, json.loads(seal.open(_bound(number, person), whole)))


def _bound(number: int, person: str) -> str:
    return f"answer:{number}:{person}"
