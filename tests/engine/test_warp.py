from unittest import TestCase

import numpy as np

from tryon_engine.vision.compose.warp import backward_map, rasterise, warp_piece
from tryon_engine.vision.fit.pieces import Piece


def chequered(size, cell=16):
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    light = ((x // cell + y // cell) % 2).astype(np.uint8)
    return np.stack([light * 200, light * 100 + 50, 255 - light * 200], axis=-1)


def whole_piece(size, deform):
    return Piece("torso", np.ones(size, np.float32), deform)


class RasteriseTests(TestCase):
    def test_interpolates_along_a_triangle(self):
        target = np.array([[0, 0], [8, 0], [0, 8]], np.float32)
        source = np.array([[0, 0], [16, 0], [0, 24]], np.float32)

        values, covered = rasterise(target, source, np.array([[0, 1, 2]]), (10, 10))

        self.assertTrue(covered[2, 2])
        self.assertFalse(covered[7, 7])
        np.testing.assert_allclose(values[2, 4], [8, 6], atol=1e-4)
        self.assertEqual(covered.sum(), 45)  # 9 + 8 + ... + 1 grid points

    def test_later_triangles_win(self):
        target = np.array([[0, 0], [8, 0], [0, 8]], np.float32)
        corners = np.concatenate([target, target])
        source = np.repeat([[1, 1], [2, 2]], 3, axis=0).astype(np.float32)
        triangles = np.array([[0, 1, 2], [3, 4, 5]])

        values, _ = rasterise(corners, source, triangles, (10, 10))

        np.testing.assert_allclose(values[1, 1], [2, 2], atol=1e-6)


class WarpPieceTests(TestCase):
    size = (160, 120)

    def warp(self, deform, target_size=None):
        size = target_size or self.size
        flat = chequered(self.size)
        piece = whole_piece(self.size, deform)
        matte = np.ones(self.size, np.float32)
        return flat, warp_piece(piece, backward_map(piece, size), flat, matte, size)

    def test_identity_changes_nothing(self):
        flat, warped = self.warp(lambda points: points.copy())

        inner = np.s_[6:-6, 6:-6]
        difference = np.abs(warped.image[inner] * 255 - flat[inner])
        self.assertLess(difference.mean(), 1.0)
        self.assertEqual(warped.matte[inner].min(), 1)

    def test_shift_moves_the_picture(self):
        flat, warped = self.warp(lambda points: points + np.float32([10, 6]))

        moved = warped.image[36:100, 40:90] * 255
        difference = np.abs(moved - flat[30:94, 30:80])
        self.assertLess(difference.mean(), 1.5)
        self.assertEqual(warped.matte[:2].max(), 0)

    def test_edge_is_whole_where_all_beyond_falls_onto_it(self):
        """As deformations do that know nothing beyond the outline."""
        x = np.arange(self.size[1])
        coverage = np.broadcast_to((x < 83).astype(np.float32), self.size).copy()
        matte = np.broadcast_to((x < 80).astype(np.float32), self.size)

        def onto_edge(points):
            return np.stack([np.minimum(points[:, 0], 79.5), points[:, 1]], axis=1)

        piece = Piece("torso", coverage, onto_edge)
        backward = backward_map(piece, self.size)
        warped = warp_piece(piece, backward, chequered(self.size), matte, self.size)

        row = warped.matte[80]
        self.assertEqual(row[10:79].min(), 1)
        self.assertEqual(row[81:].max(), 0)

    def test_mirrored_deformation_mirrors_the_result(self):
        width = self.size[1] - 1

        def lean(points):
            shift = 0.1 * points[:, 1]
            return np.stack([points[:, 0] + shift, points[:, 1]], 1).astype(np.float32)

        def lean_back(points):
            there = points.copy()
            there[:, 0] = width - there[:, 0]
            moved = lean(there)
            moved[:, 0] = width - moved[:, 0]
            return moved

        piece, mirrored = (whole_piece(self.size, f) for f in (lean, lean_back))
        one, other = backward_map(piece, self.size), backward_map(mirrored, self.size)

        inner = np.s_[10:-10, 30:-30]
        flipped = width - other.x[:, ::-1]
        np.testing.assert_allclose(one.x[inner], flipped[inner], atol=0.6)

    def test_a_map_made_small_serves_a_larger_picture(self):
        flat = chequered(self.size)
        piece = whole_piece(self.size, lambda points: points.copy())
        small = backward_map(piece, self.size)
        twice = (self.size[0] * 2, self.size[1] * 2)

        warped = warp_piece(piece, small, flat, np.ones(self.size, np.float32), twice)

        again = warped.image[::2, ::2][6:-6, 6:-6] * 255
        self.assertLess(np.abs(again - flat[6:-6, 6:-6]).mean(), 14)
        self.assertEqual(warped.matte.shape, twice)

    def test_nothing_is_drawn_outside_of_the_piece(self):
        coverage = np.zeros(self.size, np.float32)
        coverage[40:100, 30:90] = 1
        piece = Piece("torso", coverage, lambda points: points.copy())
        flat = chequered(self.size)

        warped = warp_piece(
            piece,
            backward_map(piece, self.size),
            flat,
            np.ones(self.size, np.float32),
            self.size,
        )

        self.assertEqual(warped.matte[:38].max(), 0)
        self.assertEqual(warped.matte[50:90, 40:80].min(), 1)
