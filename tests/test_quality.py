"""What docs/quality.md says of the judges is what they are asked, and they are locked by hashes."""

from __future__ import annotations

import json
import re
from typing import Any

import judged
import pytest

QUALITY = (judged.HERE.parent / "docs" / "quality.md").read_text("utf-8")


def held(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((judged.JUDGES / name).read_text("utf-8"))
    return told


def test_the_versions_are_exact_and_those_that_are_told() -> None:
    for package, version in held("package.json")["devDependencies"].items():
        assert re.fullmatch(r"\d+(\.\d+)+", version), package
        assert re.search(rf"{package}.*\| {re.escape(version)} \|", QUALITY), package


def test_the_lock_names_hashes_and_no_registry() -> None:
    lock = held("package-lock.json")
    packages = [package for path, package in lock["packages"].items() if path]
    assert lock["packages"][""]["devDependencies"] == held("package.json")["devDependencies"]
    assert len(packages) > 50
    assert all("integrity" in package and "resolved" not in package for package in packages)


@pytest.mark.parametrize("name", ["htmlvalidate.json", "htmlvalidate_mail.json"])
def test_each_rule_that_is_not_asked_has_its_reason(name: str) -> None:
    for rule in held(name)["rules"]:
        assert re.search(rf"^\| `{rule}` \| .+ \| .{{20,}} \|$", QUALITY, re.M), rule


@pytest.mark.parametrize("kind", ["lacks", "partly"])
def test_each_feature_that_clients_lack_has_its_reason(kind: str) -> None:
    for feature, reason in held("mail_allowed.json")[kind].items():
        assert f"| `{feature}` | {reason} |" in QUALITY, feature


def test_each_warning_has_its_reason() -> None:
    assert len(re.findall(r"^\| (Inline|Resource|The) .*\| .{20,} \|$", QUALITY, re.M)) == len(
        judged.listed("nu_allowed.json")
    )
