"""Garment flat -> `GarmentReading`."""
