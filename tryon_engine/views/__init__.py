"""The protocol over HTTP: look up, validate, one call below, answer. No pixels."""
