"""A little less typing for Blender's shader nodes."""

from pathlib import Path

import bpy

Socket = bpy.types.NodeSocket
Colour = tuple[float, float, float]
Value = Socket | float | Colour


class Shader:
    """A material under construction, built around one surface (Principled BSDF)."""

    def __init__(self, name: str, surface: str = "ShaderNodeBsdfPrincipled") -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree
        self._tree.nodes.clear()
        output = self.node("ShaderNodeOutputMaterial")
        self.principled = self.node(surface)
        self._tree.links.new(self.principled.outputs[0], output.inputs[0])

    def node(self, kind: str, **settings: object) -> bpy.types.Node:
        node = self._tree.nodes.new(kind)
        for name, value in settings.items():
            setattr(node, name, value)
        return node

    def feed(self, socket: Socket, value: Value) -> None:
        """Link a socket, or set its constant."""
        if isinstance(value, Socket):
            self._tree.links.new(value, socket)
        elif isinstance(value, tuple) and len(socket.default_value) == 4:
            socket.default_value = (*value, 1)
        else:
            socket.default_value = value

    def surface(self, **inputs: Value) -> None:
        """Set inputs of the surface; underscores stand for spaces."""
        for name, value in inputs.items():
            words = [
                word if word == "IOR" else word.title() for word in name.split("_")
            ]
            self.feed(self.principled.inputs[" ".join(words)], value)

    def calc(self, operation: str, *values: float | Socket) -> Socket:
        node = self.node("ShaderNodeMath", operation=operation)
        for socket, value in zip(node.inputs, values, strict=False):
            self.feed(socket, value)
        return node.outputs[0]

    def mix(self, share: Value, a: Value, b: Value, blend: str = "MIX") -> Socket:
        node = self.node("ShaderNodeMix", data_type="RGBA", blend_type=blend)
        for index, value in ((0, share), (6, a), (7, b)):
            self.feed(node.inputs[index], value)
        return node.outputs[2]

    def multiply(self, a: Value, b: Value, share: float = 1.0) -> Socket:
        return self.mix(share, a, b, "MULTIPLY")

    def attribute(self, name: str) -> bpy.types.Node:
        return self.node("ShaderNodeAttribute", attribute_name=name)

    def texture(self, path: Path, interpolation: str = "Linear") -> bpy.types.Node:
        loaded = bpy.data.images.load(str(path), check_existing=True)
        return self.image(loaded, interpolation)

    def image(self, image: bpy.types.Image, interpolation: str) -> bpy.types.Node:
        node = self.node("ShaderNodeTexImage", interpolation=interpolation)
        node.image = image
        return node

    def noise(self, position: Socket, scale: float, detail: float) -> Socket:
        node = self.node("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        self.feed(node.inputs["Vector"], position)
        return node.outputs[0]

    def adjust(
        self, colour: Socket, hue: float = 0.5, saturation: float = 1, value: float = 1
    ) -> Socket:
        node = self.node("ShaderNodeHueSaturation")
        node.inputs["Hue"].default_value = hue
        node.inputs["Saturation"].default_value = saturation
        node.inputs["Value"].default_value = value
        self.feed(node.inputs["Color"], colour)
        return node.outputs[0]

    def combine(self, red: Value, green: Value, blue: Value) -> Socket:
        node = self.node("ShaderNodeCombineColor")
        for socket, value in zip(node.inputs, (red, green, blue), strict=True):
            self.feed(socket, value)
        return node.outputs[0]

    def ramp(
        self, value: Socket, low: float, high: float, to: tuple[float, float] = (0, 1)
    ) -> Socket:
        """Rise smoothly from to[0] at `low` to to[1] at `high`."""
        node = self.node("ShaderNodeMapRange", interpolation_type="SMOOTHSTEP")
        self.feed(node.inputs[0], value)
        for socket, constant in zip(node.inputs[1:5], (low, high, *to), strict=True):
            socket.default_value = constant
        return node.outputs[0]

    def bump(self, height: Socket, strength: float, distance: float) -> None:
        """Roughen the surface; `distance` in metres."""
        node = self.node("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance
        self.feed(node.inputs["Height"], height)
        self.surface(normal=node.outputs[0])
