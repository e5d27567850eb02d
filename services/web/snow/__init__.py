"""/ops/snow, the desk that decides about plowing, and the page behind a contractor's link."""
