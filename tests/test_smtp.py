"""The connection: for every fault at every step, whether the server can have taken the mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from smtp_faults import DROP, GARBAGE, HANG, KEEP_AND_DROP, PLAIN, Seen, serving

from digest.models import Envelope, Outcome, Phase, Verdict
from digest.smtp.connection import Connection, Server

MAIL = Envelope(
    sender="list@example.org",
    recipient="reader@example.org",
    content=b"Subject: Lanterns\r\n\r\nA line.\r\n.A dot.\r\n..\r\n",
)
TAKEN, LATER, NEVER = Verdict.TAKEN, Verdict.LATER, Verdict.NEVER
UNTAKEN, DOUBT = Verdict.UNTAKEN, Verdict.DOUBT
STEPS = {"mail": Phase.MAIL, "rcpt": Phase.RCPT, "data": Phase.DATA, "end": Phase.END}


def server_at(port: int, **changes: object) -> Server:
    own = Server(
        host="127.0.0.1", port=port, tls="none", timeout_seconds=0.5, end_timeout_seconds=0.5
    )
    return replace(own, **changes)  # type: ignore[arg-type]


def attempt(
    script: Mapping[str, str], mail: Envelope = MAIL, **changes: object
) -> tuple[Outcome, Seen, Connection]:
    """Open a connection to a server of this script and send one mail."""
    with serving(script) as (port, seen):
        connection = Connection(server_at(port, **changes))
        outcome = connection.open() or connection.send(mail)
        if connection.is_open:
            connection.close()
        return outcome, seen, connection


@pytest.mark.parametrize("offers", [{}, PLAIN], ids=["pipelining", "step by step"])
def test_a_mail_is_taken_as_it_was_sent(offers: Mapping[str, str]) -> None:
    outcome, seen, _ = attempt(offers)
    assert (outcome.verdict, outcome.phase, outcome.code) == (TAKEN, Phase.END, 250)
    assert seen.mails == [MAIL.content]
    assert seen.commands[1:] == [
        f"MAIL FROM:<list@example.org>{'' if offers else f' SIZE={len(MAIL.content)}'}",
        "RCPT TO:<reader@example.org>",
        "DATA",
        "QUIT",
    ]


@pytest.mark.parametrize("offers", [{}, PLAIN], ids=["pipelining", "step by step"])
@pytest.mark.parametrize(
    ("reply", "verdict", "closes"),
    [
        ("450 4.2.1 not now", LATER, False),
        ("550-5.1.1 no such\r\n550 5.1.1 reader", NEVER, False),
        ("421 4.3.2 going down", LATER, True),
        (DROP, UNTAKEN, True),
        (HANG, UNTAKEN, True),
        (GARBAGE, UNTAKEN, True),
        ("550" + "x" * 9000, UNTAKEN, True),
        ("999 what", UNTAKEN, True),
    ],
)
@pytest.mark.parametrize("step", list(STEPS))
def test_every_fault_at_every_step_of_a_mail(
    step: str, reply: str, verdict: Verdict, closes: bool, offers: Mapping[str, str]
) -> None:
    """After the last byte, what cannot be understood is a doubt; before it, surely not taken."""
    if step == "end" and verdict is UNTAKEN:
        verdict = DOUBT
    outcome, seen, _ = attempt({**offers, step: reply})
    assert (outcome.verdict, outcome.phase) == (verdict, STEPS[step])
    assert outcome.closes == closes
    assert seen.mails == []


def test_a_mail_that_was_kept_before_the_connection_broke_is_in_doubt() -> None:
    outcome, seen, connection = attempt({"end": KEEP_AND_DROP})
    assert (outcome.verdict, outcome.phase) == (DOUBT, Phase.END)
    assert seen.mails == [MAIL.content]
    assert not connection.is_open


def test_a_connection_that_breaks_within_a_long_mail_has_surely_not_taken_it() -> None:
    long = replace(MAIL, content=b"Subject: Long\r\n\r\n" + b"A line of it.\r\n" * 600_000)
    outcome, seen, _ = attempt({"content": DROP, **PLAIN}, long)
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.CONTENT)
    assert seen.mails == []


@pytest.mark.parametrize(
    ("script", "phase", "code"),
    [
        ({"greeting": "554 5.7.1 nobody here"}, Phase.GREETING, 554),
        ({"greeting": "421 too many"}, Phase.GREETING, 421),
        ({"greeting": DROP}, Phase.GREETING, None),
        ({"greeting": HANG}, Phase.GREETING, None),
        ({"greeting": GARBAGE}, Phase.GREETING, None),
        ({"ehlo": DROP}, Phase.HELLO, None),
        ({"ehlo": HANG}, Phase.HELLO, None),
        ({"ehlo": "550 no", "helo": "550 no"}, Phase.HELLO, 550),
        ({"ehlo": "421 busy"}, Phase.HELLO, 421),
    ],
)
def test_a_server_that_cannot_be_spoken_to_has_taken_nothing(
    script: Mapping[str, str], phase: Phase, code: int | None
) -> None:
    outcome, seen, connection = attempt(script)
    assert (outcome.phase, outcome.code) == (phase, code)
    assert outcome.verdict is not TAKEN
    assert not connection.is_open
    assert not seen.mails


def test_a_server_that_is_not_there_is_told() -> None:
    with serving({}) as (port, _):
        pass
    outcome = Connection(server_at(port)).open()
    assert outcome is not None
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.CONNECT)


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "end"])
@pytest.mark.parametrize("offers", [{}, PLAIN], ids=["pipelining", "step by step"])
def test_after_a_refusal_the_connection_serves_the_next(
    step: str, offers: Mapping[str, str]
) -> None:
    script = {**offers, step: "550 5.7.1 not this one"}
    with serving(script) as (port, seen):
        connection = Connection(server_at(port))
        assert connection.open() is None
        assert connection.send(MAIL).verdict is NEVER
        script.pop(step)
        assert connection.send(MAIL).verdict is TAKEN
        connection.close()
        assert seen.connections == 1
        assert seen.mails == [MAIL.content]


def test_where_only_the_recipient_is_refused_the_mail_to_nobody_is_ended() -> None:
    """A server may answer DATA with 354 all the same (RFC 2920): it gets a lone dot."""
    script = {"rcpt": "550 5.1.1 no such reader", "end": "554 no valid recipients", "lax": "yes"}
    with serving(script) as (port, seen):
        connection = Connection(server_at(port))
        connection.open()
        outcome = connection.send(MAIL)
        assert (outcome.verdict, outcome.phase, outcome.status) == (NEVER, Phase.RCPT, "5.1.1")
        script.clear()
        assert connection.send(MAIL).verdict is TAKEN
        connection.close()
    assert seen.mails == [MAIL.content]


@pytest.mark.parametrize("answer", [DROP, HANG, "500 what", GARBAGE])
def test_how_a_server_takes_leave_does_not_matter(answer: str) -> None:
    outcome, seen, _ = attempt({"quit": answer})
    assert outcome.verdict is TAKEN
    assert len(seen.mails) == 1


def test_a_mail_too_large_is_not_even_begun() -> None:
    outcome, seen, _ = attempt({"ehlo": "250-here\r\n250 SIZE 20"})
    assert (outcome.verdict, outcome.code) == (NEVER, 552)
    assert not any(command.startswith("MAIL") for command in seen.commands)


def test_addresses_beyond_ascii_need_a_server_that_takes_them() -> None:
    foreign = replace(MAIL, recipient="lesér@bücher.example")
    outcome, _, _ = attempt({}, foreign)
    assert (outcome.verdict, outcome.phase) == (NEVER, Phase.RCPT)
    outcome, seen, _ = attempt({"ehlo": "250-here\r\n250 SMTPUTF8"}, foreign)
    assert outcome.verdict is TAKEN
    assert "RCPT TO:<lesér@xn--bcher-kva.example>" in seen.commands
    assert seen.commands[1] == "MAIL FROM:<list@example.org> BODY=8BITMIME SMTPUTF8"


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    _, seen, _ = attempt({}, replace(MAIL, recipient="reader@bücher.example"))
    assert "RCPT TO:<reader@xn--bcher-kva.example>" in seen.commands


def test_an_address_cannot_bring_a_command_in() -> None:
    hostile = replace(MAIL, recipient="a@example.org>\r\nRCPT TO:<b@example.org")
    outcome, seen, _ = attempt({}, hostile)
    assert (outcome.verdict, outcome.phase) == (NEVER, Phase.RCPT)
    assert len(seen.commands) <= 2


def test_no_password_is_sent_in_clear() -> None:
    outcome, seen, _ = attempt({}, user="me", password="secret")
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.LOGIN)
    assert seen.connections == 0


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for() -> None:
    outcome, seen, _ = attempt({}, tls="starttls", user="me", password="secret")
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.TLS)
    assert "encryption" in outcome.said
    assert not [command for command in seen.commands if command.startswith(("AUTH", "MAIL"))]


def test_an_answer_in_clear_after_starttls_is_not_believed() -> None:
    """What somebody slipped in behind the answer must not count as said in encryption."""
    script = {"ehlo": "250-here\r\n250 STARTTLS", "starttls": "220 go on\r\n250 slipped in"}
    outcome, _, connection = attempt(script, tls="starttls")
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.TLS)
    assert not connection.is_open
