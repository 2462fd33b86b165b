"""What each stage found, drawn for people."""
