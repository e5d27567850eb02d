"""What lies, what it weighs and when it goes: new snow, snow water, packed snow and roofs."""
