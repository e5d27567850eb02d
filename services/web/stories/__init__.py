"""The page that tells one alert from the reading to the receipts."""
