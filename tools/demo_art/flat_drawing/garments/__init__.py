"""One module per family of garments; `sleeves` and `necklines` serve several."""
