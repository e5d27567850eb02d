"""How senders can be reached: shown one by one, on a deliberate act that is written down; and the log of that."""
