"""What keeps the hub from being a nuisance: graver alerts before lesser ones, quiet hours, digests. Pure."""
