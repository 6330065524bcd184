"""caniemail.com on the mail: nothing that Gmail, Outlook or Apple Mail lacks, save what is listed.

What is allowed, and why, stands in tests/judges/mail_allowed.json and in docs/quality.md.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import judged
import pytest
from test_to_email import everything, rendered

ALLOWED: dict[str, dict[str, str]] = json.loads(
    (judged.JUDGES / "mail_allowed.json").read_text("utf-8")
)

pytestmark = pytest.mark.judges


def found(html: str, folder: Path) -> dict[str, dict[str, list[str]]]:
    judged.want("caniemail")
    mail = folder / "mail.html"
    mail.write_text(html, "utf-8")
    judge = ["node", str(judged.JUDGES / "caniemail.mjs"), str(mail)]
    told: dict[str, dict[str, list[str]]] = json.loads(
        subprocess.run(judge, check=True, capture_output=True, text=True).stdout
    )
    return told


@pytest.mark.parametrize("kind", ["lacks", "partly"])
def test_every_feature_is_known_to_the_clients_or_listed_with_its_reason(
    kind: str, tmp_path: Path
) -> None:
    told = found(rendered(everything())["html"], tmp_path)
    unlisted = {name: told[kind][name] for name in told[kind].keys() - ALLOWED[kind].keys()}
    assert unlisted == {}
    assert ALLOWED[kind].keys() - told[kind].keys() == set(), "listed, and no longer there"


def test_the_judge_sees_what_is_lacking(tmp_path: Path) -> None:
    told = found('<div style="display: grid; opacity: .5"><video></video></div>', tmp_path)
    assert {"display:grid", "opacity", "<video> element"} <= told["lacks"].keys()
