"""What of the old clothes these garments take the place of."""

from ..person.body import PersonReading
from ..uncover.midriff import with_waistband_found
from ..uncover.shortened import with_dress_shortened
from ..uncover.undress import Hidden, Undressed, undress
from .tucked import waist_down
from .worn import Worn

WAIST_MARGIN = 0.03
"""Kept lower clothes are made up a little higher than they are seen, in `down`."""


def as_worn_with(
    person: PersonReading, top: Worn | None, bottom: Worn | None
) -> PersonReading:
    """Return the reading with old clothes parted as a new bottom alone parts them.

    A dress becomes a top above it; of other clothes the old waistband goes.
    """
    if bottom is None or top is not None:
        return person
    if person.is_dress:
        return with_dress_shortened(person, bottom.waistband)
    return with_waistband_found(person)


def undress_for(
    person: PersonReading, hidden: Hidden, top: Worn | None, bottom: Worn | None
) -> Undressed:
    """Return the person without what these garments take the place of."""
    is_dress = top is not None and top.is_dress
    hem = top.fit.hem_down if top else 1.0
    waist = waist_down(person) if top is not None and top.is_tucked else None
    return undress(
        person,
        hidden,
        upper=top is not None,
        lower=bottom is not None or is_dress,
        waist_down=hem - 0.12 if waist is None else waist - WAIST_MARGIN,
    )
