"""The demo catalogue: invented shops and garments, with pictures made for them."""
