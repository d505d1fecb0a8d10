"""The pictures of the README, made by the program itself: `make screenshots` (with a server on CHENGSHU_PORT)."""

from __future__ import annotations

import base64
import os
import time
from pathlib import Path

from app.settings import load
from tests.browser.chromium import chromium
from tests.signed_in import enter, local_session

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "screenshots"
PICTURES = {
    "city": ("map?city=demo&indicator=aqi&lang=zh&theme=dark", 1440, 810, False),
    "buildings": ("map?city=demo&indicator=energy_use_kwh&camera=118.2,30.6,14.6,55,20&dims=3d&lang=en&theme=light", 1440, 810, False),
    "compare": ("map?city=demo&indicator=main_road_speed_kmh&compare=indicator&indicator2=load_ratio_pct&by=quantile&lang=en&theme=dark",
                1440, 810, False),
    "tablet": ("map?city=demo&indicator=crowd_density&camera=118.2,30.6,11.5,0,0&lang=zh&theme=light", 820, 1180, True),
}


def shoot(origin: str) -> None:
    """Take every picture as WebP."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (query, width, height, touch) in PICTURES.items():
        with chromium(width, height, touch=touch) as driver:
            enter(driver, origin, *local_session(load().home))
            driver.get(origin + "/" + query)
            time.sleep(float(os.environ.get("CHENGSHU_SHOT_SECONDS", "12")))
            picture = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": 82})
            (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(picture["data"]))
            print(name, (FOLDER / f"{name}.webp").stat().st_size // 1000, "kB")


if __name__ == "__main__":
    shoot(f"http://127.0.0.1:{os.environ.get('CHENGSHU_PORT', '8050')}")
