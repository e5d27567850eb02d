"""``shirase doctor``: what is wrong with this hub, how bad it is, and what to do. It looks, and changes nothing."""
