"""Writes fit.json beside it: what timm's evaluation transforms make of a drawn picture (pip install pillow numpy torchvision timm)."""

import base64
import json
from pathlib import Path

import numpy as np
import PIL
import timm
import torchvision
from PIL import Image
from timm.data import create_transform


def draw(width, height):
    """The picture that src/image/testing/pictures.ts draws: gradients, a wave and sharp edges."""
    y, x = np.mgrid[0:height, 0:width]
    red = (x * 255) // (width - 1)
    green = ((x * x + 3 * y * y) // 40) % 256
    blue = np.where((x // 9 + y // 7) % 2 == 0, 230, 25)
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


modes = {"crop": "center", "stretch": "squash"}
cases = []
for (width, height), (new_width, new_height), resize, crop, kernel in [
    ((90, 60), (24, 18), "stretch", 1, "bicubic"),
    ((90, 60), (57, 44), "stretch", 1, "bicubic"),
    ((30, 20), (48, 33), "stretch", 1, "bicubic"),
    ((30, 70), (44, 21), "stretch", 1, "bicubic"),
    ((90, 60), (28, 28), "stretch", 0.875, "bicubic"),
    ((20, 30), (33, 41), "stretch", 0.9, "bilinear"),
    ((90, 60), (28, 28), "crop", 0.875, "bilinear"),
    ((90, 60), (28, 28), "crop", 0.875, "bicubic"),
    ((61, 93), (29, 29), "crop", 0.9, "bicubic"),
    ((61, 93), (40, 40), "crop", 1, "bilinear"),
    ((64, 64), (31, 31), "crop", 0.95, "bicubic"),
    ((31, 20), (33, 33), "crop", 0.875, "bilinear"),
    ((31, 20), (33, 33), "crop", 0.875, "bicubic"),
    ((19, 40), (28, 28), "crop", 1, "bicubic"),
    # For other rectangles timm 1.0.29 does not hand the interpolation on: always bilinear.
    ((90, 60), (26, 35), "crop", 0.875, "bilinear"),
    ((90, 60), (45, 20), "crop", 0.9, "bilinear"),
    ((23, 31), (45, 30), "crop", 0.9, "bilinear"),
]:
    transform = create_transform(
        (3, new_height, new_width), interpolation=kernel, crop_pct=crop, crop_mode=modes[resize], normalize=False
    )
    pixels = transform(Image.fromarray(draw(width, height))).numpy().transpose(1, 2, 0)
    assert pixels.dtype == np.uint8 and pixels.shape == (new_height, new_width, 3)
    fit = {"width": new_width, "height": new_height, "resize": resize, "crop": crop, "kernel": kernel}
    cases.append({"from": [width, height], "fit": fit, "pixels": base64.b64encode(pixels.tobytes()).decode()})

made_with = f"timm {timm.__version__}, torchvision {torchvision.__version__}, Pillow {PIL.__version__}"
out = Path(__file__).with_name("fit.json")
out.write_text(json.dumps({"madeWith": made_with, "cases": cases}, indent=1) + "\n")
