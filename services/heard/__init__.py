"""What residents tell by the city's page or by LINE: into the queue of reports or the desk of requests, and how they
follow it."""
