"""A backend for tests of everything around backends, and the pictures it is given."""

import base64
import os
import signal
import time
from pathlib import Path

import numpy as np

from tryon_engine.backends import Result
from tryon_engine.protocol import TRYON_MODELS
from tryon_engine.vision.codec import encode_png
from tryon_engine.vision.colour_truth import ColourTruth
from tryon_engine.vision.confidence import Confidence, Doubt
from tryon_engine.vision.worn_facts import WornFacts

PERSON_SIZE = (300, 200)
WORN = {"top": WornFacts("top", ["navy"], "short", "hip", ColourTruth(0.62, -1.0))}
TRUST = Confidence(0.75, (Doubt("turned", "The body is turned.", 0.25),))


class FakeBackend:
    """Tints the picture; misbehaves as the file `BEHAVIOUR` tells.

    "stop": stops its own process before the first task, once; "die once" and "die
    always": kill -9 of its own process; "sleep N": seconds; "hold": until the file
    says so no more; "overrun": like it, and `run_fake_engine` gives tasks little time.
    """

    def __init__(self, behaviour: Path | None = None):
        self.behaviour = behaviour

    def prepare(self, serves):
        """In place of `jobs.prepare`."""
        if self.behaves("stop") and set(serves) & set(TRYON_MODELS):
            self.behaviour.unlink()
            os.kill(os.getpid(), signal.SIGSTOP)

    def coarse(self, person, outfit, options):
        self.misbehave()
        return self.tint(person, 1)

    def refine(self, person, coarse, outfit, options):
        return self.tint(coarse, 2)

    def tint(self, image, value):
        result = image.copy()
        result[0, 0] = value
        mask = np.zeros(image.shape[:2], bool)
        mask[0, 0] = True
        return Result(result, mask, {"value": value}, TRUST, WORN)

    def told(self):
        """What the file says by now; another process may delete it at any moment."""
        try:
            return self.behaviour.read_text() if self.behaviour else ""
        except FileNotFoundError:
            return ""

    def behaves(self, how):
        return self.told() == how

    def misbehave(self):
        what, _, argument = self.told().partition(" ")
        if what == "sleep":
            time.sleep(float(argument))
        elif what in ("hold", "overrun"):
            while self.behaves(what):
                time.sleep(0.02)
        elif what == "die":
            if argument == "once":
                self.behaviour.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


def noise(size=PERSON_SIZE, seed=0):
    """A picture that no format can pack below 5 KB."""
    return np.random.default_rng(seed).integers(0, 255, (*size, 3), np.uint8)


def data_url(image):
    return "data:image/png;base64," + base64.b64encode(encode_png(image)).decode()
