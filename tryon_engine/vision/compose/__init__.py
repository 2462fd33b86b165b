"""Everything laid together, coarse and refined."""
