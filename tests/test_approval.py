"""Nothing goes out unapproved where that is asked for; nothing that is held; nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import flow
import pytest
import test_planning as readers
from smtp_faults import serving
from store_values import DAY, NOON, record_new, record_seen
from test_channels_announce import TEAM, Service, board

from digest.approval import approval_of, is_curated_on, may_go_out
from digest.cli import mailing
from digest.edition import opened
from digest.errors import EditionError
from digest.models import Approval, Cadence, EditionRecord
from digest.pipeline.announce import plan as plan_posts
from digest.pipeline.announce import post_due
from digest.pipeline.planning import Planned, Planner, Timetable
from digest.settings import load
from digest.store import Store, Writing, backup, open_store, restore
from digest.trending import Rules

DATE = "2026-03-11"
SEVEN = datetime(2026, 3, 12, 7, tzinfo=UTC)
HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
ASKED = Rules(approval=True)


def record_of(letter: flow.Letter, name: str = DATE) -> EditionRecord:
    with letter.store.reading() as tx:
        found = tx.edition(name)
    assert found is not None
    return found


def asking(root: Path, port: int = 0, more: str = "") -> flow.Letter:
    """A newsletter that asks for approval; it read a dump at noon of 11 March."""
    (root / "inbox").mkdir(parents=True)
    smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\n' if port else ""
    own = f'[site]\nurl = "{flow.SITE}"\n\n[edition]\napproval = true\n\n{smtp}{more}'
    (root / "digest.toml").write_text(own)
    letter = flow.Letter(root, load(root, environ={}))
    letter.at = readers.NOON
    letter.run(_2026_03_11_txt=flow.page("Mar 11", (1, 2)))
    return letter


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[flow.Letter]:
    own = asking(tmp_path / "letter")
    yield own
    own.close()


def approve(letter: flow.Letter, name: str = DATE, at: datetime | None = None) -> None:
    with letter.store.writing() as tx:
        tx.approve(name, at or letter.at, "cli")


def hold(letter: flow.Letter, name: str = DATE) -> None:
    with letter.store.writing() as tx:
        tx.hold(name, letter.at, "cli")


RECORD = opened(DATE, readers.NOON)


@pytest.mark.parametrize(
    ("record", "rules", "goes", "told"),
    [
        (RECORD, Rules(), True, None),
        (RECORD, ASKED, False, Approval.AWAITED),
        (replace(RECORD, approved_at=NOON), ASKED, True, Approval.APPROVED),
        (replace(RECORD, approved_at=NOON), Rules(), True, Approval.APPROVED),
        (replace(RECORD, held_at=NOON), Rules(), False, Approval.HELD),
        (replace(RECORD, sealed_at=NOON), ASKED, False, None),
    ],
)
def test_what_may_go_out(
    record: EditionRecord, rules: Rules, goes: bool, told: Approval | None
) -> None:
    assert (may_go_out(record, rules), approval_of(record, rules)) == (goes, told)


@pytest.mark.parametrize(("days", "waits"), [(0, True), (7, True), (8, False)])
def test_an_archive_waits_for_nobody_unless_it_is_held(days: int, waits: bool) -> None:
    record = opened(DATE, readers.NOON + days * A_DAY)
    assert is_curated_on(record, ASKED) is waits
    assert is_curated_on(replace(record, held_at=NOON), Rules())
    assert not is_curated_on(replace(record, approved_at=NOON), ASKED)


def test_a_decision_is_kept_told_and_made_once(store: Store) -> None:
    record_new(store, [1])
    change = store.change
    with store.writing() as tx:
        assert tx.approve(DATE, NOON, "cli")
        assert not tx.approve(DATE, NOON + HOUR, "desk")
        found = tx.edition(DATE)
        assert found is not None
        assert (found.approved_at, found.held_at, found.decided_by) == (NOON, None, "cli")
        assert tx.hold(DATE, NOON + HOUR, "desk")
        assert not tx.hold(DATE, NOON + A_DAY, "cli")
        found = tx.edition(DATE)
        assert found is not None
        assert (found.approved_at, found.held_at, found.decided_by) == (None, NOON + HOUR, "desk")
    assert store.change == change
    for act in (lambda tx: tx.approve("2026-01-01", NOON, ""), _hold_nothing):
        with pytest.raises(EditionError), store.writing() as tx:
            act(tx)


def _hold_nothing(tx: Writing) -> None:
    tx.hold("2026-01-01", NOON, "")


CHANGES: list[Callable[[Writing], object]] = [
    lambda tx: tx.curate_pin(DATE, "title:0001", True),
    lambda tx: tx.curate_hide(DATE, "title:0001", True),
    lambda tx: tx.curate_note(DATE, "title:0001", "Read."),
    lambda tx: tx.curate_note(DATE, None, "Quiet."),
    lambda tx: tx.curate_order(DATE, ("title:0002", "title:0001")),
    lambda tx: tx.touch_edition(DATE, NOON),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_a_draft_takes_its_approval_back_and_its_roll_ups(
    store: Store, change: Callable[[Writing], object]
) -> None:
    record_new(store, [1, 2])
    record_new(store, [3], DAY + A_DAY)
    names = (DATE, "2026-W11", "2026-03", "2026-03-12")
    with store.writing() as tx:
        for name in names:
            tx.approve(name, NOON, "cli")
    with store.writing() as tx:
        change(tx)
    with store.reading() as tx:
        left = {each.name for each in tx.editions() if each.approved_at}
    assert left == {"2026-03-12"}  # only its pictures tell of the day before


def test_a_dump_takes_back_the_approval_of_the_drafts_that_it_changes(store: Store) -> None:
    record_new(store, [1])
    record_new(store, [2], DAY + A_DAY)
    with store.writing() as tx:
        for each in tx.editions():
            tx.approve(each.name, NOON, "cli")
        tx.hold("2026-03-12", NOON, "cli")
    record_seen(store, [2], DAY + 2 * A_DAY)
    with store.reading() as tx:
        found = {each.name: each for each in tx.editions()}
    assert found[DATE].approved_at is not None
    assert found["2026-W11"].approved_at is None
    assert found["2026-03-12"].held_at is not None


def test_what_is_sealed_stays_approved(store: Store) -> None:
    record_new(store, [1])
    with store.writing() as tx:
        tx.approve(DATE, NOON, "cli")
        tx.seal(DATE, "{}", NOON)
    record_seen(store, [1], DAY + A_DAY)
    with store.reading() as tx:
        found = tx.edition(DATE)
    assert found is not None
    assert found.approved_at == NOON


def test_a_backup_keeps_what_was_decided(store: Store, store_url: str, tmp_path: Path) -> None:
    record_new(store, [1])
    with store.writing() as tx:
        tx.hold(DATE, NOON, "desk")
    backup(store_url, tmp_path / "copy.db")
    store.close()
    restore(store_url, tmp_path / "copy.db", force=True)
    again = open_store(store_url)
    with again.reading() as tx:
        found = tx.edition(DATE)
    again.close()
    assert found is not None
    assert (found.held_at, found.decided_by) == (NOON, "desk")


def test_nothing_is_planned_unapproved_and_it_says_so(letter: flow.Letter) -> None:
    readers.join(letter)
    assert readers.plan(letter, SEVEN) == Planned(editions={}, unapproved=(DATE,))
    assert readers.plan(letter, SEVEN, stale=True).editions == {}
    assert not readers.is_sealed(letter, DATE)
    approve(letter)
    assert readers.plan(letter, SEVEN).editions == {DATE: 1}
    assert readers.is_sealed(letter, DATE)


def test_the_age_of_what_is_approved_late_counts_from_then(letter: flow.Letter) -> None:
    readers.join(letter)
    late = SEVEN + 30 * A_DAY
    readers.join(letter, late - HOUR)  # came since: waits for the next
    assert readers.plan(letter, late).editions == {}
    approve(letter, at=late)
    assert readers.plan(letter, late + 2 * A_DAY + HOUR).editions == {}
    assert readers.plan(letter, late + 2 * A_DAY).editions == {DATE: 1}


def test_an_edition_that_is_named_is_refused_with_what_to_do(letter: flow.Letter) -> None:
    one = readers.join(letter)
    planner = Planner(letter.store, letter.rules, Timetable(), SEVEN)
    for why, decide in (("was not approved", None), ("is held", hold)):
        if decide:
            decide(letter)
        with pytest.raises(EditionError, match=why) as refused:
            planner.plan_named(DATE, [one])
        assert refused.value.hint == f"approve it: digest edition approve {DATE}"
    approve(letter)
    assert planner.plan_named(DATE, [one]) == 1


def test_a_dump_between_approval_and_closing_asks_again(letter: flow.Letter) -> None:
    readers.join(letter, hour=18)
    approve(letter)
    letter.run(_2026_03_11b_txt=flow.page("Mar 11", (3,)))
    evening = datetime(2026, 3, 11, 18, tzinfo=UTC)
    told = readers.plan(letter, evening, closing=time(16, 30))
    assert told == Planned(editions={}, unapproved=(DATE,))
    approve(letter)
    assert readers.plan(letter, evening, closing=time(16, 30)).editions == {DATE: 1}
    letter.at = evening + HOUR
    letter.run(_2026_03_11c_txt=flow.page("Mar 11", (4,)))
    assert record_of(letter).approved_at is not None
    assert len(letter.edition(DATE).new) == 3


def test_what_waits_stays_a_draft_until_it_is_approved(letter: flow.Letter) -> None:
    letter.at += 3 * A_DAY
    letter.run(_2026_03_11b_txt=flow.page("Mar 11", (3,)))
    assert not readers.is_sealed(letter, DATE)
    assert len(letter.edition(DATE).new) == 3  # not late: its day is open yet
    approve(letter)
    letter.run()
    assert readers.is_sealed(letter, DATE)


def test_an_older_day_is_sealed_as_ever(letter: flow.Letter) -> None:
    letter.run(_2026_02_11_txt=flow.page("Feb 11", (8,)), _2026_03_10_txt=flow.page("Mar 10", (9,)))
    assert readers.is_sealed(letter, "2026-02-11")
    assert not readers.is_sealed(letter, "2026-03-10")


def test_what_is_held_goes_nowhere_also_where_nobody_is_asked(tmp_path: Path) -> None:
    letter = flow.make(tmp_path, readers.NOON)
    letter.run(_2026_03_11_txt=flow.page("Mar 11", (1, 2)))
    readers.join(letter)
    hold(letter)
    letter.at = SEVEN
    letter.run()
    assert not readers.is_sealed(letter, DATE)
    assert readers.plan(letter, SEVEN) == Planned(editions={}, unapproved=(DATE,))
    approve(letter)
    assert readers.plan(letter, SEVEN).editions == {DATE: 1}
    hold(letter)  # planned, and not begun
    with letter.store.writing_post() as post:
        assert post.outbox.lease("one", SEVEN, SEVEN + HOUR, 10) == ()
    approve(letter)
    with letter.store.writing_post() as post:
        assert len(post.outbox.lease("one", SEVEN, SEVEN + HOUR, 10)) == 1
    letter.close()


def test_channels_are_told_of_nothing_unapproved(letter: flow.Letter) -> None:
    service = Service()
    own = board(letter, service.send, TEAM, replace(TEAM, name="other"))
    letter.at = SEVEN
    assert plan_posts(own) == {}
    letter.at = SEVEN + 9 * A_DAY
    approve(letter)
    assert plan_posts(own) == {DATE: 2}
    hold(letter)
    assert post_due(own) == ()
    assert service.got == []
    approve(letter)
    assert len(post_due(own)) == 2
    assert post_due(own) == ()
    assert len(service.got) == 2


def test_a_channel_of_weeks_waits_for_the_week_to_be_approved(letter: flow.Letter) -> None:
    service = Service()
    own = board(letter, service.send, replace(TEAM, cadence=Cadence.WEEK))
    letter.at = datetime(2026, 3, 16, 1, tzinfo=UTC)
    approve(letter)
    assert plan_posts(own) == {}
    approve(letter, "2026-W11")
    assert plan_posts(own) == {"2026-W11": 1}


def test_mail_arrives_after_approval_and_not_before(tmp_path: Path) -> None:
    with serving({}) as (port, seen):
        letter = asking(tmp_path / "letter", port, '[mail]\nfrom = "list@papers.example.org"\n')
        readers.join(letter)
        letter.at = SEVEN
        told = mailing.send(letter, mailing.Ask())
        assert told.json["unapproved"] == [DATE]
        assert told.lines[0] == f"{DATE} waits for approval: digest edition approve {DATE}"
        assert seen.mails == []
        letter.at += 5 * A_DAY
        approve(letter)
        assert mailing.send(letter, mailing.Ask()).json["counts"] == {"sent": 1}
        assert mailing.send(letter, mailing.Ask()).json["counts"] == {}
        assert len(seen.mails) == 1
        letter.close()
