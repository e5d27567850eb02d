"""How good forecasts were, and warnings: judged by what was observed afterwards."""
