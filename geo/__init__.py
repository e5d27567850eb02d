"""Where, and what next: areas, hazard layers and the models that turn records into hazards."""
