"""Snow dumps: visits of trucks, how crowded a dump is, and when it will be full."""
