"""Mutations for the short form, the same in every run: what libFuzzer does by the million, by the hundred."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.fuzz.tokens import tokens


def mutations(examples: Sequence[bytes], many: int, seed: int = 0) -> Iterator[bytes]:
    """``many`` inputs, each an example with one to six changes."""
    chance = random.Random(seed)
    words = tokens(examples)
    for _ in range(many):
        data = bytearray(chance.choice(examples))
        for _ in range(chance.randint(1, 6)):
            _change(data, examples, words, chance)
        yield bytes(data)


def _change(data: bytearray, examples: Sequence[bytes], words: Sequence[bytes], chance: random.Random) -> None:
    begin = chance.randint(0, len(data))
    end = min(len(data), begin + chance.choice((0, 1, 2, 8, 64)))
    deed = chance.randrange(5)
    if deed == 0:
        data[begin:end] = b""
    elif deed == 1:
        data[begin:end] = chance.choice(words)
    elif deed == 2:
        data[begin:end] = chance.randbytes(chance.randint(1, 4))
    elif deed == 3:
        data[begin:begin] = data[begin : begin + chance.randint(1, 200)] * chance.choice((1, 1, 1, 20))
    else:
        other = chance.choice(examples)
        cut = chance.randint(0, len(other))
        data[begin:end] = other[cut : cut + chance.randint(1, 200)]
