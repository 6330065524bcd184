"""Lighthouse, as on a middling phone, on the pages that most readers see: 98 or more in all four.

It loads each page once and computes from that how it would load over a slow line (simulated
throttling, its default). A page that falls short is asked again, up to three times: a busy machine
is slow by itself.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import judged
import pytest
from hosted import hosting

pytestmark = [pytest.mark.judges, pytest.mark.browser]

LEAST, TRIES = 98, 3
PAGES = (
    "",
    "editions/2026-03-12/",
    "papers/2603.90202/",
    "topics/language-models/",
)
CATEGORIES = {"performance", "accessibility", "best-practices", "seo"}


def lighthouse(*addresses: str, tries: int = TRIES) -> dict[str, Any]:
    judged.want("lighthouse")
    if not judged.CHROMIUM.exists():
        pytest.skip(f"{judged.CHROMIUM} is not installed")
    program = judged.JUDGES / "lighthouse.mjs"
    command = ["node", program, judged.CHROMIUM, str(LEAST), str(tries), *addresses]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_lighthouse_gives_98_or_more(tmp_path: Path) -> None:
    judged.want("lighthouse")
    with hosting() as host:
        config = judged.CONFIG.replace(f'url = "{judged.SITE}"', f'url = "{host.address}"')
        letter = judged.publish_samples(tmp_path / "letter", config)
        host.folder = letter.folder
        told = lighthouse(*(f"{host.address}/{page}" for page in PAGES))
    assert len(told) == len(PAGES)
    for address, found in told.items():
        assert set(found["scores"]) == CATEGORIES
        assert min(found["scores"].values()) >= LEAST, (address, found)
        assert found["shift"] == 0, (address, found)


def test_lighthouse_sees_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<!DOCTYPE html><html><head><meta name="robots" content="noindex"></head>'
        '<body><img src="nothing.png"><p style="color:#aaa">pale</p></body></html>'
    )
    (tmp_path / "404.html").write_text("nothing")
    with hosting(tmp_path) as host:
        ((_, found),) = lighthouse(f"{host.address}/", tries=1).items()
    assert max(found["scores"][name] for name in CATEGORIES - {"performance"}) < LEAST
    assert {told.partition(":")[0] for told in found["failed"]} >= {"image-alt", "is-crawlable"}
