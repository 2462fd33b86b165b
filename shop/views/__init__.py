"""Each view looks up, validates, calls one service, and answers."""
