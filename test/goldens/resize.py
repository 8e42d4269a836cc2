"""Writes resize.json beside it: Pillow's antialiased bilinear resize of a drawn picture (pip install pillow numpy)."""

import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image


def draw(width, height):
    """The picture that src/image/testing/pictures.ts draws: gradients, a wave and a sharp edge."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * 255) // (width - 1)
    green = ((x * x + 3 * y * y) // 40) % 256
    blue = np.where((x // 9 + y // 7) % 2 == 0, 230, 25)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


cases = []
for (width, height), (new_width, new_height) in [
    ((90, 60), (24, 18)),
    ((90, 60), (57, 44)),
    ((30, 20), (48, 33)),
    ((30, 70), (44, 21)),
]:
    resized = Image.fromarray(draw(width, height)).resize((new_width, new_height), Image.Resampling.BILINEAR)
    cases.append({"from": [width, height], "to": [new_width, new_height], "pixels": np.asarray(resized).tobytes().hex()})

out = Path(__file__).with_name("resize.json")
out.write_text(json.dumps({"madeWith": f"Pillow {PIL.__version__}", "cases": cases}, indent=1) + "\n")
