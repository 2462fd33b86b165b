"""Person image -> `PersonReading`."""
