"""The public door of MQTT: alerts in force and hazards that hold, as retained messages under ``hub/v1/public``."""
