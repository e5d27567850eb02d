"""Snow dumps for everybody and for the desk."""
