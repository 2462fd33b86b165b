"""Where each piece of a garment lies on the person."""
