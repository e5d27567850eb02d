"""Emergency culling at the desk: cases, acts, and the word to the public that follows from them."""
