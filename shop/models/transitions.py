"""The one way in which a row changes its state: a single conditional UPDATE."""

from collections.abc import Mapping
from typing import Any

from django.db import models


class IllegalTransition(Exception):
    """The arrow does not exist: a bug in the caller, never a lost race."""


def move(
    row: models.Model,
    field: str,
    to: str,
    transitions: Mapping[Any, set],
    **changes: Any,
) -> bool:
    """Move `row` to the state `to` and save `changes`, in one UPDATE.

    Parameters
    ----------
    row : the row, as last read
    field : name of the state field
    to : the state wanted
    transitions : the states that may follow each state
    changes : other fields to save; `auto_now` fields must be among them

    Returns
    -------
    False when another process moved the row first; the row is read again either way.

    Raises
    ------
    IllegalTransition
        If no arrow leads from the row's state to `to`.
    """
    now_in = getattr(row, field)
    if to not in transitions.get(now_in, set()):
        raise IllegalTransition(
            f"{type(row).__name__} {row.pk}: {now_in} cannot become {to}."
        )
    unmoved = type(row)._default_manager.filter(pk=row.pk, **{field: now_in})
    moved = unmoved.update(**{field: to}, **changes) == 1
    row.refresh_from_db()
    return moved
