import multiprocessing
import os
import stat
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from unittest import TestCase, mock

import numpy as np

from tryon_engine.backends import shelf as shelf_module
from tryon_engine.backends.shelf import Shelf, code_version, name_of
from tryon_engine.backends.warp import Memory

_fork = multiprocessing.get_context("fork")
PATIENCE_S = 30


@dataclass(frozen=True, eq=False)
class Note:
    pixels: np.ndarray


def note(value: int, size: int = 4) -> Note:
    return Note(np.full((size, size), value, np.uint8))


class ShelfTestCase(TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "readings"
        self.shelf = Shelf(self.folder, 1_000_000)

    def age(self, name: str, seconds: float) -> None:
        at = time.time() - seconds
        os.utime(self.folder / f"{name}.reading", (at, at))


class ShelfTests(ShelfTestCase):
    def test_gives_back_what_was_stored(self):
        self.assertTrue(self.shelf.store("a", note(7)))

        np.testing.assert_array_equal(self.shelf.load("a", Note).pixels, note(7).pixels)

    def test_missing_is_none_even_without_a_folder(self):
        self.assertIsNone(self.shelf.load("a", Note))
        self.assertEqual(self.shelf.purge(0), 0)

    def test_only_the_owner_may_look_in(self):
        with self.shelf.locked("a"):
            self.shelf.store("a", note(7))

        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in self.folder.iterdir()}
        self.assertEqual(modes, {0o600})

    def test_damaged_file_is_dropped(self):
        for content in (b"", b"garbage", b"FITROOM1" + bytes(100)):
            self.shelf.store("a", note(7))
            (self.folder / "a.reading").write_bytes(content)

            with self.assertLogs("tryon_engine.backends.shelf", "WARNING"):
                self.assertIsNone(self.shelf.load("a", Note))

            self.assertFalse((self.folder / "a.reading").exists())

    def test_purge_deletes_what_was_not_used_for_long(self):
        for name in ("old", "used", "new"):
            self.shelf.store(name, note(1))
        self.age("old", 100)
        self.age("used", 100)
        self.shelf.load("used", Note)

        self.assertEqual(self.shelf.purge(50), 1)

        self.assertEqual(
            {file.name for file in self.folder.iterdir()},
            {"used.reading", "new.reading"},
        )

    def test_purge_takes_locks_and_drafts_along(self):
        with self.shelf.locked("a"):
            (self.folder / "half.draft").write_bytes(b"x")

        self.shelf.purge(0)

        self.assertEqual(list(self.folder.iterdir()), [])

    def test_least_used_goes_when_there_is_too_much(self):
        shelf = Shelf(self.folder, 25_000)
        for number, name in enumerate("ab"):
            shelf.store(name, note(number, size=100))
            self.age(name, 100 - number)
        shelf.touch("a")

        shelf.store("c", note(4, size=100))

        kept = {file.stem for file in self.folder.iterdir()}
        self.assertEqual(kept, {"a", "c"})

    def test_what_cannot_be_written_is_only_logged(self):
        self.folder.parent.joinpath("readings").write_bytes(b"a file is in the way")

        with self.assertLogs("tryon_engine.backends.shelf", "WARNING"):
            self.assertFalse(self.shelf.store("a", note(1)))
        with self.shelf.locked("a"):
            pass

    def test_what_cannot_be_packed_leaves_nothing_behind(self):
        with self.assertLogs("tryon_engine.backends.shelf", "WARNING"):
            self.assertFalse(self.shelf.store("a", Note(object())))

        self.assertEqual(list(self.folder.glob("*")), [])


class NameTests(TestCase):
    def test_tells_pixels_shapes_and_kinds_apart(self):
        image = np.arange(12, dtype=np.uint8)
        names = {
            name_of("a", image),
            name_of("b", image),
            name_of("a", image.reshape(3, 4)),
            name_of("a", image[::-1]),
        }

        self.assertEqual(len(names), 4)

    def test_changes_with_the_code(self):
        image = np.zeros(3, np.uint8)
        before = name_of("a", image)

        with mock.patch.object(shelf_module, "code_version", lambda: "another"):
            self.assertNotEqual(name_of("a", image), before)
        self.assertEqual(len(code_version()), 64)


class SharedMemoryTests(ShelfTestCase):
    """`Memory` over a shelf: what several workers do."""

    image = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)

    def memory(self) -> Memory[Note]:
        return Memory(Note, 2, self.shelf)

    def test_another_process_finds_what_one_has_made(self):
        worker = _fork.Process(
            target=lambda: self.memory().get(self.image, lambda: note(7))
        )
        worker.start()
        worker.join(PATIENCE_S)

        found = self.memory().get(self.image, self.fail)

        np.testing.assert_array_equal(found.pixels, note(7).pixels)

    def test_two_processes_at_once_make_it_once(self):
        made = _fork.Value("i", 0)
        both = _fork.Barrier(2)

        def make() -> Note:
            with made.get_lock():
                made.value += 1
            return note(7)

        def work() -> None:
            both.wait(PATIENCE_S)
            self.memory().get(self.image, make)

        workers = [_fork.Process(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE_S)

        self.assertEqual([worker.exitcode for worker in workers], [0, 0])
        self.assertEqual(made.value, 1)

    def test_failing_to_read_frees_the_lock(self):
        def fail() -> Note:
            raise ValueError("no person")

        for _ in range(2):
            with self.assertRaisesRegex(ValueError, "no person"):
                self.memory().get(self.image, fail)

        self.memory().get(self.image, lambda: note(1))

    def test_damaged_reading_is_made_anew(self):
        self.memory().get(self.image, lambda: note(1))
        (file,) = self.folder.glob("*.reading")
        file.write_bytes(file.read_bytes()[:-1])

        with self.assertLogs("tryon_engine.backends.shelf", "WARNING"):
            found = self.memory().get(self.image, lambda: note(2))

        self.assertEqual(found.pixels[0, 0], 2)
        self.assertEqual(self.memory().get(self.image, self.fail).pixels[0, 0], 2)

    def test_use_from_memory_counts_as_use(self):
        memory = self.memory()
        memory.get(self.image, lambda: note(1))
        (file,) = self.folder.glob("*.reading")
        self.age(file.stem, 100)

        memory.get(self.image, self.fail)

        self.assertEqual(self.shelf.purge(50), 0)
