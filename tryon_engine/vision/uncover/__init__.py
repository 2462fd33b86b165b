"""What the old clothes hid."""
