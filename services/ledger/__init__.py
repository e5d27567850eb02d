"""The ledger of snow removal over the store: daily reports, month-end sheets, what is declared and approved."""
