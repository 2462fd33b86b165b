"""One form per thing that people submit."""
