"""The try-on engine: an own server of the aitryon protocol, its workers, its vision."""
