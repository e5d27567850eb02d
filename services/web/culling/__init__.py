"""Emergency culling for the desk: cases, their acts, and the page on which they are carried on."""
