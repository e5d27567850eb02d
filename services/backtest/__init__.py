"""What models and rules would have sent in the past: nothing is written, nothing is sent."""
