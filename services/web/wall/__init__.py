"""The big screen of the headquarters room."""
