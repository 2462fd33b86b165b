"""Render house models: MakeHuman bodies, drawn outfits, a Blender studio.

`cast` says who they are; `scene` puts body, outfit, hair and studio together from
`makehuman`, `posing`, `outfits`, `dressing`, `shoes`, `scalp`, `hair`, `skins`,
`materials` and `studio`; `finishing` grades the rendered picture. Body coordinates are
MakeHuman's (decimetres, y up, z forward) until `mesh.to_blender` turns them into
Blender's (metres, z up).

MakeHuman's data is read, never shipped: see README.md, "Licences".
"""
