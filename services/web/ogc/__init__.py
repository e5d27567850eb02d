"""OGC API – Features, part 1: what is public, for the programs that people make maps with (docs/open-data.md)."""
