"""Why a picture is less certain than most: the engine's doubts, in calm words.

The engine gives a try-on a score and reasons with codes (docs/protocol.md); servers
that do not leave the shopper in peace. Each code has a sentence here; a code that is
new to this shop is shown in the engine's own English words.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

SHOWN_BELOW = 0.85
"""Better scores are not worth a word."""
MOST_SHOWN = 2

SENTENCES = {
    "pose_unclear": _("The pose is hard to make out, so the fit is less certain."),
    "turned": _("The body is turned to the side; a photo from the front works better."),
    "arm_in_front": _("An arm is in front of the clothes, so they are guessed there."),
    "left_hand_in_front": _(
        "The left hand is in front of the clothes, so edges around it may look rough."
    ),
    "right_hand_in_front": _(
        "The right hand is in front of the clothes, so edges around it may look rough."
    ),
    "left_hand_over_hem": _(
        "The left hand covers the hem, so the hem is guessed there."
    ),
    "right_hand_over_hem": _(
        "The right hand covers the hem, so the hem is guessed there."
    ),
    "hair_over_shoulders": _(
        "Long hair covers the shoulders, so edges around it may look rough."
    ),
    "bag_in_front": _(
        "A bag is in front of the clothes, so edges around it may look rough."
    ),
    "head_outside": _("The head is not in the photo, so the neckline is guessed."),
    "feet_outside": _("The feet are not in the photo, so the length is guessed."),
    "person_small": _(
        "The person is small in the photo; one taken from closer shows more."
    ),
    "clothes_like_skin": _(
        "The clothes in the photo have nearly the colour of the skin, so their edges "
        "are less certain."
    ),
    "backdrop_like_clothes": _(
        "The person hardly stands out from the background, so edges are less certain."
    ),
    "garment_unclear": _(
        "The shape of the garment is hard to make out in its picture, so it may sit "
        "differently."
    ),
    "garment_faint": _(
        "The garment hardly stands out in its picture, so its outline is less certain."
    ),
    "garment_cut_off": _(
        "The garment reaches beyond the edge of its picture, so the rest is guessed."
    ),
    "garment_asymmetric": _(
        "The two sides of the garment differ in its picture, so it may sit differently."
    ),
    "sleeves_unclear": _(
        "The sleeves are hard to make out in the garment's picture, so they may sit "
        "differently."
    ),
    "garment_small": _(
        "The picture of the garment has few pixels, so its details are soft."
    ),
    "neckline_off": _("The neckline may sit differently in reality."),
    "cloth_over_arms": _("The garment may reach too far over the arms here."),
    "garment_stretched": _("The garment had to be stretched in places to fit."),
    "skin_made_up": _("Skin that the clothes in the photo cover is made up."),
    "backdrop_made_up": _("Background that the clothes in the photo cover is made up."),
}


def sentences(confidence: Mapping[str, Any]) -> list[str]:
    """What to tell the shopper of a task's confidence; empty when there is no need."""
    if not confidence or confidence["score"] >= SHOWN_BELOW:
        return []
    reasons = confidence["reasons"][:MOST_SHOWN]
    return [str(SENTENCES.get(one["code"]) or one["message"]) for one in reasons]
