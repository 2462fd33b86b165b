from unittest import TestCase

import numpy as np

from tryon_engine.vision.compose.rim import continue_rim

SHAPE = (12, 14)


def grid_nodes():
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    return np.stack([8 * x + 2 * y, 9 * y - x], axis=-1)


def inner(margin):
    mask = np.zeros(SHAPE, bool)
    mask[margin:-margin, margin:-margin] = True
    return mask


class ContinueRimTests(TestCase):
    def test_collapsed_nodes_go_on_like_the_cloth(self):
        nodes, cloth = grid_nodes(), inner(3)
        collapsed = nodes.copy()
        collapsed[~cloth] = nodes[5, 5]

        placed = continue_rim(collapsed, cloth, inner(4), rings=3)

        np.testing.assert_allclose(placed, nodes, atol=1e-3)

    def test_cloth_stays(self):
        nodes = grid_nodes() + np.random.default_rng(1).normal(0, 1, (*SHAPE, 2))

        placed = continue_rim(nodes, inner(3), inner(4), rings=2)

        np.testing.assert_array_equal(placed[inner(3)], nodes[inner(3)])

    def test_nodes_beyond_the_rings_stay(self):
        nodes = np.zeros((*SHAPE, 2), np.float32)

        placed = continue_rim(nodes + 1, inner(4), inner(5), rings=2)

        np.testing.assert_array_equal(placed[0], 1)

    def test_folded_cells_do_not_tell_the_way(self):
        nodes, cloth = grid_nodes(), inner(3)
        expected = nodes.copy()
        nodes[8, 3:11] = nodes[7, 3:11] - [0, 4]  # the lowest row turns back
        nodes[~cloth] = 0

        placed = continue_rim(nodes, cloth, cloth, rings=1)

        self.assertTrue((placed[9, 4:10, 1] > placed[8, 4:10, 1]).all())
        np.testing.assert_allclose(placed[2, 4:10], expected[2, 4:10], atol=1e-3)

    def test_without_any_cloth_nothing_moves(self):
        nodes, nothing = grid_nodes(), np.zeros(SHAPE, bool)

        np.testing.assert_array_equal(
            continue_rim(nodes, nothing, nothing, rings=2), nodes
        )
