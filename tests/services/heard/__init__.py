"""What residents tell by the page and by LINE."""
