"""The one way in which rows change their state: a single conditional UPDATE."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.functions import Cast

Row = TypeVar("Row", bound=models.Model)


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
    _check_arrow(row, now_in, to, transitions)
    unmoved = type(row)._default_manager.filter(pk=row.pk, **{field: now_in})
    moved = unmoved.update(**{field: to}, **changes) == 1
    row.refresh_from_db()
    return moved


def move_all(
    rows: Sequence[Row],
    field: str,
    to: str,
    transitions: Mapping[Any, set],
    changes: Sequence[Mapping[str, Any]],
) -> list[Row]:
    """As `move`, for many rows of one model in one UPDATE.

    `changes` are those of each row, the same fields for all. Returns the rows that
    moved, with their new values; the others are read again. Raises IllegalTransition
    before anything was moved.
    """
    if not rows:
        return []
    before = models.Q()
    for now_in in {getattr(row, field) for row in rows}:
        pks = [row.pk for row in rows if getattr(row, field) == now_in]
        before |= models.Q(**{field: now_in}, pk__in=pks)
    for row in rows:
        _check_arrow(row, getattr(row, field), to, transitions)
    table = type(rows[0])._default_manager
    with transaction.atomic():
        # Locked until the end of the transaction: what is found here is moved below.
        locked = table.filter(before).order_by("pk").select_for_update()
        unmoved = set(locked.values_list("pk", flat=True))
        moving = [
            (row, change)
            for row, change in zip(rows, changes, strict=True)
            if row.pk in unmoved
        ]
        if moving:
            table.filter(before, pk__in=unmoved).update(
                **{field: to}, **values_by_row(moving)
            )
    for row, change in moving:
        for name, value in {field: to, **change}.items():
            setattr(row, name, value)
    for row in rows:
        if row.pk not in unmoved:
            row.refresh_from_db()
    return [row for row, _ in moving]


def values_by_row(
    changes: Sequence[tuple[models.Model, Mapping[str, Any]]],
) -> dict[str, Any]:
    """What `update` wants so that each row gets its own values of the same fields."""
    return {name: _value_by_row(name, changes) for name in changes[0][1]}


def _value_by_row(
    name: str, changes: Sequence[tuple[models.Model, Mapping[str, Any]]]
) -> Any:
    first = changes[0][1][name]
    if all(change[name] == first for _, change in changes):
        return first
    field: Any = type(changes[0][0])._meta.get_field(name)
    case: models.Expression = models.Case(
        *(
            models.When(pk=row.pk, then=models.Value(change[name], output_field=field))
            for row, change in changes
        ),
        output_field=field,
    )
    if connection.features.requires_casted_case_in_updates:
        case = Cast(case, output_field=field)
    return case


def _check_arrow(
    row: models.Model, now_in: str, to: str, transitions: Mapping[Any, set]
) -> None:
    if to not in transitions.get(now_in, set()):
        raise IllegalTransition(
            f"{type(row).__name__} {row.pk}: {now_in} cannot become {to}."
        )
