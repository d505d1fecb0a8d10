"""One headless Chromium for the map's tests: software WebGL, quiet, nothing asked of the outside."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

QUIET = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--force-device-scale-factor=1",
]
SOFTWARE_GL = ["--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
NO_GL = ["--disable-gpu", "--disable-3d-apis", "--disable-webgl", "--disable-webgl2"]


@contextmanager
def chromium(width=1366, height=768, webgl=True, touch=False, flags=()):
    """A driver with a fresh profile; console and network are logged (``console``, ``outside``)."""
    profile = tempfile.mkdtemp(prefix="chengshu-browser-")
    options = Options()
    options.binary_location = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
    gl = SOFTWARE_GL if webgl else NO_GL
    for flag in [*QUIET, *gl, *flags, f"--user-data-dir={profile}", f"--window-size={width},{height}"]:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver") or "/usr/bin/chromedriver"))
    try:
        resize(driver, width, height, touch)
        driver.set_script_timeout(30)
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def resize(driver, width, height, touch=False):
    """Another screen before the same page: its size, and whether fingers touch it."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": touch})
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": touch, **({"maxTouchPoints": 5} if touch else {})})


def begin(driver, width=1366, height=768, touch=False, moving=False):
    """A browser that several test files share, as it was when it started; only that it has compiled our scripts before.

    Unless `moving` it asks for less motion, as a reader may: maps jump where they would fly for seconds, which software GL draws dearly.
    """
    driver.get("about:blank")
    driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "local_storage,service_workers,cache_storage"})
    resize(driver, width, height, touch)
    motion = [{"name": "prefers-reduced-motion", "value": "" if moving else "reduce"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": motion})
    console(driver)
    driver.get_log("performance")
    return driver


def console(driver):
    """Messages of the page's console since the last call."""
    return [f"{m['level']} {m['message']}" for m in driver.get_log("browser")]


def outside(driver, origin):
    """Addresses asked for that do not belong to the page's own origin."""
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    own = (origin, "data:", "blob:", "chrome:", "about:", "devtools:", "chrome-extension:")
    return [url for url in asked if not url.startswith(own)]
