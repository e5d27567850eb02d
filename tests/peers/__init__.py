"""The same work done by Node-RED and by the hub, side by side: ``make bench-peers`` (docs/benchmarks.md)."""
