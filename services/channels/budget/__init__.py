"""What a channel costs and how much of it there is: counted, planned, kept in reserve, foretold."""
