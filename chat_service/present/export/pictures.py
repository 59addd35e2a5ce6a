"""A chart as a picture. Chinese needs a font of the machine (Debian: fonts-noto-cjk) or of the folder that is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import vl_convert

from chat_service.present.chart.scales import Json

_SCALE = 2.0  # pixels a point: sharp on screens of today


def picture(chart: dict[str, Json], form: Literal["png", "svg"], fonts: Path | None = None) -> bytes:
    """The picture; nothing is fetched for it."""
    if fonts is not None:
        vl_convert.register_font_directory(str(fonts))
    text = json.dumps(chart)
    if form == "svg":
        return vl_convert.vegalite_to_svg(text, allowed_base_urls=[]).encode()
    return vl_convert.vegalite_to_png(text, scale=_SCALE, allowed_base_urls=[])
