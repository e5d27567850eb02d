"""The desk of requests: what residents ask by Open311, beside the roads and what plows did."""
