"""``/ops/requests`` and ``/api/v1/requests``: what residents asked for, as the desk works through it."""
