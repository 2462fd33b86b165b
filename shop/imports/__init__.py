"""Garments from a table and an archive of pictures: reading both, trusting neither.

`archive` and `table` take bytes apart, `rows` says what each row means; nothing here
writes. `shop.services.imports` does.
"""
