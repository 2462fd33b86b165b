"""Draw garment flats: pattern pieces -> fabric and height -> a lit picture.

Read in this order: `page` (the buffers a garment is laid onto), `trims` (what a
sewing machine adds), `fabrics` (cloth as functions), `garments` (one module per
family), `lighting` (buffers -> picture), `collection` (the 28 garments by name).

Coordinates are page units: x is 0 on the centre line of the garment and runs from
-500 to 500, y runs from 0 at the top to 1333. A curve is an (N, 2) array of them.
"""
