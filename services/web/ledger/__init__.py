"""The ledger of machine hours on the web: API, page and files for the desk."""
