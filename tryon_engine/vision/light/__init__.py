"""Light, folds and shadows on what is worn."""
