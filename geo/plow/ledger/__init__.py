"""The ledger of snow removal: whose time it was, in which band of the day, and what a contract pays for it."""
