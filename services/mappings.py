"""The city's mapping files, and the feeds they make."""

from __future__ import annotations

from pathlib import Path

from feeds.feed import Feed
from feeds.mapping import MappingError, Mappings, read_mappings
from feeds.registry import feeds_with


def load_feeds(profile: Path) -> tuple[Feed, ...]:
    """Every feed, with the files of ``mappings/`` in the profile. Raises MappingError that names file and cure."""
    return feeds_with(load_mappings(profile))


def load_mappings(profile: Path) -> Mappings:
    """The files of ``mappings/`` in the profile. Raises MappingError that names file and cure."""
    files = sorted((profile / "mappings").glob("*.toml"))
    try:
        texts = [(str(file), file.read_text(encoding="utf-8")) for file in files]
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{profile / 'mappings'}: {error}") from None
    return read_mappings(texts)
