"""Try-on as pure functions on arrays: no Django, no network, no files."""
