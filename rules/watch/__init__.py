"""Watch-over (見守り): who is watched over with whose consent, and what follows from a signal or a danger."""
