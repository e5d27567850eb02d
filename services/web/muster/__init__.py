"""``/ops/muster`` and ``/api/v1/musters``: who is safe, who comes, and who has to be called."""
