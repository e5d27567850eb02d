"""What residents ask of the city, beside what the city knows: whose road it is, who asked before, what was done."""
