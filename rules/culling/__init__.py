"""緊急銃猟: emergency culling of a dangerous animal among houses, as a case that people carry step by step."""
