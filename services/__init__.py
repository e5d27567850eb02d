"""The shell: everything that runs, stores, talks to the world and is seen."""
