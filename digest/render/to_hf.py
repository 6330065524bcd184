"""A paper as Hugging Face's API writes it, so that what reads theirs reads ours.

`dumps.hf_items` reads it back as the same paper. What we do not know (who submitted it) is
left out, never invented. A paper without an arXiv id has its public key for an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from digest.models import Edition, Entry, Paper
from digest.render.text import paragraphs

Json = dict[str, object]


def daily_paper(entry: Entry, edition: Edition) -> Json:
    """Return an item of `GET /api/daily_papers`."""
    paper = entry.paper
    votes = paper.votes if entry.votes is None else entry.votes
    told = paper_object(paper) | ({} if votes is None else {"upvotes": votes})
    told["submittedOnDailyAt"] = _listed_at(entry, edition)
    return _item(paper, told)


def in_order(edition: Edition, order: str = "publishedAt") -> Sequence[Entry]:
    """Return the papers of an edition, each once: the newest or (`trending`) the highest first."""
    entries = tuple({entry.paper.key: entry for entry in reversed(edition.entries)}.values())[::-1]
    if order == "trending":
        return sorted(entries, key=lambda entry: (-entry.score, entry.paper.key))
    by_key = sorted(entries, key=lambda entry: (entry.position, entry.paper.key))
    return sorted(by_key, key=lambda entry: entry.paper.published or "", reverse=True)


def found_paper(paper: Paper) -> Json:
    """Return an item of `GET /api/papers/search`."""
    return _item(paper, paper_object(paper))


def paper_object(paper: Paper) -> Json:
    """Return what stands under `paper`, and what `GET /api/papers/<id>` answers."""
    links = dict(paper.links)
    told: Json = {
        "id": paper.arxiv_id or paper.key,
        "title": paper.title,
        "summary": "\n\n".join(paragraphs(paper)),
        "authors": [{"name": name, "hidden": False} for name in paper.authors],
        "publishedAt": _published_at(paper.published),
        "upvotes": paper.votes,
        "ai_summary": paper.summary,
        "ai_keywords": list(paper.keywords) or None,
        "githubRepo": links.get("code"),
        "projectPage": links.get("project"),
        "organization": paper.organization
        and {"name": paper.organization, "fullname": paper.organization},
    }
    return {name: value for name, value in told.items() if value is not None}


def _item(paper: Paper, told: Json) -> Json:
    item: Json = {"paper": told, "title": told["title"], "summary": told["summary"]}
    if "publishedAt" in told:
        item["publishedAt"] = told["publishedAt"]
    if paper.comments is not None:
        item["numComments"] = paper.comments
    return item


def _published_at(told: str | None) -> str | None:
    """Return an instant as Hugging Face writes it; nothing where what is told is none."""
    try:
        moment = datetime.fromisoformat((told or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z" if moment.year > 999 else None


def _listed_at(entry: Entry, edition: Edition) -> str:
    """Return when it was announced; of a day's edition always a moment of that day, in UTC."""
    at = entry.announced
    if edition.start == edition.end and at.date() != edition.start:
        return _midnight(edition.start)
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"
