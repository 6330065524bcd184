"""The connection with servers that are slow, say too much or too little, or break at odd places."""

from __future__ import annotations

import hmac
import socket
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from certificates import certify
from smtp_faults import BYTEWISE, CUT, DRIP, DROP, GARBAGE, GOOD, HANG, LATE, PLAIN, serving
from test_smtp import (
    DOUBT,
    LATER,
    MAIL,
    NEVER,
    STEPS,
    TAKEN,
    UNTAKEN,
    attempt,
    server_at,
)

from digest.models import Outcome, Phase, Verdict
from digest.smtp.connection import Connection

LONG = replace(MAIL, content=b"Subject: Long\r\n\r\n" + b"A line of it.\r\n" * 600_000)
OFFERS = pytest.mark.parametrize("offers", [{}, PLAIN], ids=["pipelining", "step by step"])


@OFFERS
def test_replies_that_come_byte_by_byte_and_in_several_lines(offers: Mapping[str, str]) -> None:
    slow = {step: f"{BYTEWISE}{reply[:3]}-more\r\n{reply}" for step, reply in GOOD.items()}
    slow["ehlo"] = BYTEWISE + offers.get("ehlo", GOOD["ehlo"])
    outcome, seen, _ = attempt(slow)
    assert (outcome.verdict, outcome.said) == (TAKEN, "more 2.0.0 kept")
    assert seen.mails == [MAIL.content]


def test_after_the_last_byte_there_is_more_time_than_for_other_replies() -> None:
    outcome, _, _ = attempt({"end": LATE + GOOD["end"]}, end_timeout_seconds=20)
    assert outcome.verdict is TAKEN
    outcome, _, _ = attempt({"mail": LATE + GOOD["mail"]}, end_timeout_seconds=20)
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.MAIL)


@OFFERS
@pytest.mark.parametrize("step", ["greeting", "ehlo", *STEPS])
def test_a_reply_has_to_be_whole_in_time(step: str, offers: Mapping[str, str]) -> None:
    """A byte now and then does not keep us waiting."""
    before = monotonic()
    outcome, _, connection = attempt({**offers, step: DRIP})
    assert monotonic() - before < 3
    assert outcome.verdict is (DOUBT if step == "end" else UNTAKEN)
    assert not connection.is_open


@pytest.mark.parametrize(
    "reply",
    [
        "250-" + "\r\n250-more" * 20_000,
        "250" + "x" * 9000,
        "2500 what",
        "2",
        "",
        "150 wait",
        "250\0-\r\n\0",
        f"{CUT}25",
        f"{CUT}250 as good as ke",
        f"{CUT}250-first of two\r\n",
    ],
)
@pytest.mark.parametrize("step", ["mail", "end"])
def test_what_is_no_whole_reply_is_none(step: str, reply: str) -> None:
    """Half of a 250 is no promise."""
    if reply.startswith("250\0"):
        reply = reply.replace("250", "25")
    outcome, _, connection = attempt({step: reply or CUT})
    assert (outcome.verdict, outcome.phase) == (DOUBT if step == "end" else UNTAKEN, STEPS[step])
    assert (outcome.closes, connection.is_open) == (True, False)


def test_what_a_server_says_is_kept_as_plain_words() -> None:
    outcome, _, _ = attempt(
        {"rcpt": "550-5.1.1 no\0body\r\n550 5.1.1 \x1b[31mhere\x7f " + "x" * 900}
    )
    assert outcome.said.startswith("5.1.1 no body 5.1.1 [31mhere x")
    assert outcome.said.isprintable()
    assert len(outcome.said) <= 400


@pytest.mark.parametrize("after", [DROP, HANG, GARBAGE, "421 4.3.2 going down"])
@pytest.mark.parametrize(
    ("step", "said", "verdict"),
    [
        ("mail", "450 4.3.0 not now", LATER),
        ("mail", "550 5.7.1 not you", NEVER),
        ("rcpt", "550 5.1.1 nobody", NEVER),
        ("rcpt", "450 4.2.1 not now", LATER),
    ],
)
def test_a_refusal_counts_whatever_becomes_of_the_connection(
    step: str, said: str, verdict: Verdict, after: str
) -> None:
    """Else a recipient that is refused so would be tried without end."""
    outcome, _, connection = attempt({step: said, "data": after, "rset": DROP, "lax": "yes"})
    assert (outcome.verdict, outcome.phase, outcome.said) == (verdict, STEPS[step], said[4:])
    assert (outcome.closes, connection.is_open) == (True, False)


@pytest.mark.parametrize("answer", [DROP, HANG, GARBAGE, "421 bye", "500 what"])
def test_a_refusal_stands_though_the_connection_cannot_be_reset(answer: str) -> None:
    outcome, _, connection = attempt({"rcpt": "550 5.1.1 nobody", "rset": answer})
    assert (outcome.verdict, outcome.phase, outcome.closes) == (NEVER, Phase.RCPT, True)
    assert not connection.is_open


@pytest.mark.parametrize(
    ("said", "verdict", "code"),
    [
        ("552 5.3.4 too much", NEVER, 552),
        ("452 4.3.1 disk full", LATER, 452),
        ("421 4.3.2 going down", LATER, 421),
        ("250 fine already", UNTAKEN, None),
        (GARBAGE, UNTAKEN, None),
        (DROP, UNTAKEN, None),
        (HANG, UNTAKEN, None),
    ],
)
def test_a_server_that_will_not_hear_a_mail_to_its_end(
    said: str, verdict: Verdict, code: int | None
) -> None:
    outcome, seen, connection = attempt({"content": said, **PLAIN}, LONG)
    assert (outcome.verdict, outcome.phase, outcome.code) == (verdict, Phase.CONTENT, code)
    assert (outcome.closes, connection.is_open) == (True, False)
    assert seen.mails == []


@OFFERS
def test_what_was_said_before_the_mail_is_no_answer_to_it(offers: Mapping[str, str]) -> None:
    outcome, seen, _ = attempt({**offers, "data": "354 go on\r\n250 2.0.0 kept"})
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.DATA)
    assert seen.mails == []


def test_replies_that_nobody_asked_for_end_a_connection() -> None:
    with serving({"end": "250 kept\r\n421 4.4.2 idle for too long"}) as (port, seen):
        connection = Connection(server_at(port))
        assert connection.open() is None
        assert connection.send(MAIL).verdict is TAKEN
        outcome = connection.send(MAIL)
        assert (outcome.verdict, outcome.phase, outcome.closes) == (UNTAKEN, Phase.MAIL, True)
        assert not connection.is_open
        assert connection.open() is None
        assert connection.send(MAIL).verdict is TAKEN
        connection.close()
        assert len(seen.mails) == 2


def test_a_closed_connection_sends_nothing_and_closing_twice_is_nothing() -> None:
    outcome, _, connection = attempt({})
    assert outcome.verdict is TAKEN
    assert connection.send(MAIL).phase is Phase.CONNECT
    connection.close()


@pytest.mark.parametrize(
    ("step", "reply"),
    [(step, "354 go on") for step in STEPS if step != "data"]
    + [(step, "334 what") for step in STEPS]
    + [("data", "250 ok")],
)
def test_replies_at_the_wrong_step_are_not_believed(step: str, reply: str) -> None:
    outcome, _, connection = attempt({step: reply})
    assert (outcome.verdict, outcome.phase) == (DOUBT if step == "end" else UNTAKEN, STEPS[step])
    assert not connection.is_open


@pytest.mark.parametrize("code", [250, 251, 252])
def test_a_recipient_may_be_taken_in_other_words(code: int) -> None:
    assert attempt({"rcpt": f"{code} will do"})[0].verdict is TAKEN


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE 99999999999", "SIZE what"])
def test_a_size_that_is_no_limit_is_none(size: str) -> None:
    assert attempt({"ehlo": f"250-here\r\n250 {size}"})[0].verdict is TAKEN


@pytest.mark.parametrize(
    "recipient",
    ["reader@-bad-.exämple", "reader@" + "ä" * 80 + ".example", "re\0ader@example.org",
     "a>b@example.org", "\ud800@example.org", "a@b\u3002\u3002c\u00e4"],
)  # fmt: skip
def test_an_address_that_cannot_be_written_spoils_only_its_own_mail(recipient: str) -> None:
    with serving({}) as (port, seen):
        connection = Connection(server_at(port))
        connection.open()
        outcome = connection.send(replace(MAIL, recipient=recipient))
        assert (outcome.verdict, outcome.phase) == (NEVER, Phase.RCPT)
        assert (outcome.status, outcome.closes) == ("5.1.3", False)
        assert recipient not in outcome.said
        assert connection.send(MAIL).verdict is TAKEN
        connection.close()
        assert seen.connections == 1


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        (b".\r\n", b".\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n.\r\nb\r\n"),
        (b"..\r\n...\r\n", b"..\r\n...\r\n"),
        (b"no end", b"no end\r\n"),
        (b"a\r\n.", b"a\r\n.\r\n"),
        (b"", b"\r\n"),
        (b"a.b\r\n.c\r\n\r\n", b"a.b\r\n.c\r\n\r\n"),
    ],
)
def test_dots_come_through(content: bytes, kept: bytes) -> None:
    outcome, seen, _ = attempt({}, replace(MAIL, content=content))
    assert outcome.verdict is TAKEN
    assert seen.mails == [kept]


# --- Before the first mail: greeting, EHLO, encryption, login


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("450 4.3.2 later", LATER),
        (GARBAGE, UNTAKEN),
        ("250" + "x" * 9000, UNTAKEN),
        ("354 x", UNTAKEN),
    ],
)
def test_only_who_does_not_know_ehlo_is_asked_in_the_old_way(said: str, verdict: Verdict) -> None:
    outcome, seen, _ = attempt({"ehlo": said, "helo": "250 here"})
    assert (outcome.verdict, outcome.phase, outcome.closes) == (verdict, Phase.HELLO, True)
    assert len(seen.commands) == 1
    assert attempt({"ehlo": "502 5.5.2 what", "helo": "250 here"})[0].verdict is TAKEN


@pytest.mark.parametrize(
    ("said", "verdict", "code"),
    [
        ("454 4.7.0 not now", LATER, 454),
        ("501 5.5.4 no", NEVER, 501),
        ("421 busy", LATER, 421),
        (DROP, UNTAKEN, None),
        (HANG, UNTAKEN, None),
        (GARBAGE, UNTAKEN, None),
        (f"{CUT}220 go on\r\n", UNTAKEN, None),
        ("220 go on", UNTAKEN, None),
    ],
)
def test_every_fault_at_the_encryption(said: str, verdict: Verdict, code: int | None) -> None:
    """Also where the handshake breaks, or the server says nothing more."""
    script = {"ehlo": "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS", "starttls": said}
    outcome, seen, connection = attempt(script, tls="starttls", user="me", password="secret")
    assert (outcome.verdict, outcome.phase, outcome.code) == (verdict, Phase.TLS, code)
    assert (outcome.closes, connection.is_open) == (True, False)
    assert not [told for told in seen.commands if told.lower().startswith(("auth", "mail"))]


def test_what_was_slipped_in_before_a_true_handshake_is_not_believed(tmp_path: Path) -> None:
    """CVE-2011-0411, the other way round: the answer to our next EHLO, said in clear by another."""
    authority, context = certify(tmp_path)
    heard: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        with listening.accept()[0] as clear:
            clear.sendall(b"220 here\r\n")
            heard.append(clear.recv(1000))
            clear.sendall(b"250-here\r\n250 STARTTLS\r\n")
            heard.append(clear.recv(1000))
            clear.sendall(b"220 go on\r\n250-here\r\n250 AUTH PLAIN\r\n235 welcome\r\n")
            with suppress(OSError), context.wrap_socket(clear, server_side=True) as encrypted:
                heard.append(encrypted.recv(1000))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        changes = {"host": "localhost", "tls": "starttls", "ca_file": str(authority)}
        server = server_at(listening.getsockname()[1], user="me", password="secret", **changes)
        outcome = Connection(server).open()
        thread.join()
    assert outcome is not None
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.TLS)
    assert heard == [b"ehlo localhost\r\n", b"STARTTLS\r\n"]


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_certificates_that_cannot_be_read_are_told(
    tmp_path: Path, tls: str, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    outcome, seen, _ = attempt({}, tls=tls, ca_file=str(file))
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.TLS)
    assert "smtp.ca_file" in outcome.said
    assert seen.connections == 0


def log_in(
    folder: Path, auth: str, offers: str = "PLAIN LOGIN CRAM-MD5", password: str = "pässword"
) -> tuple[Outcome | None, list[str]]:
    """Log in to a server with TLS; return what went wrong, and what was said there after EHLO."""
    authority, context = certify(folder)
    script = {"ehlo": f"250-here\r\n250 AUTH {offers}", "auth": auth}
    with serving(script, context) as (port, seen):
        changes = {"tls": "implicit", "ca_file": str(authority), "host": "localhost"}
        connection = Connection(server_at(port, user="mé", password=password, **changes))
        outcome = connection.open()
        connection.close()
        said = [told for told in seen.commands[1:] if told != "QUIT"]
    return outcome, said


def base64(told: str) -> str:
    return b64encode(told.encode()).decode()


def test_the_ways_to_log_in(tmp_path: Path) -> None:
    plain, user, password = base64("\0mé\0pässword"), base64("mé"), base64("pässword")
    assert log_in(tmp_path, "235 welcome") == (None, [f"AUTH PLAIN {plain}"])
    assert log_in(tmp_path, "334 |235 welcome") == (None, [f"AUTH PLAIN {plain}", plain])
    assert log_in(tmp_path, "334 VXNlcg==|334 UGFzcw==|235 welcome", "LOGIN") == (
        None,
        ["AUTH LOGIN", user, password],
    )
    proof = hmac.new("pässword".encode(), b"<1@here>", "md5").hexdigest()
    assert log_in(tmp_path, f"334 {base64('<1@here>')}|235 welcome", "CRAM-MD5") == (
        None,
        ["AUTH CRAM-MD5", base64(f"mé {proof}")],
    )


@pytest.mark.parametrize(
    ("auth", "verdict", "code", "tries"),
    [
        ("535 5.7.8 wrong", NEVER, 535, 1),
        ("454 4.7.0 not now", LATER, 454, 1),
        ("421 4.3.2 going down", LATER, 421, 1),
        ("504 5.5.4 not that one", NEVER, 504, 3),
        ("534 5.7.9 too weak", NEVER, 534, 3),
        ("334 |334 ", UNTAKEN, 334, 2),
        (DROP, UNTAKEN, None, 1),
        (HANG, UNTAKEN, None, 1),
        (GARBAGE, UNTAKEN, None, 1),
    ],
)
def test_every_fault_at_the_login(
    tmp_path: Path, auth: str, verdict: Verdict, code: int | None, tries: int
) -> None:
    """A wrong password is tried once: servers lock those out who go on."""
    outcome, said = log_in(tmp_path, auth)
    assert outcome is not None
    assert (outcome.verdict, outcome.phase, outcome.code) == (verdict, Phase.LOGIN, code)
    assert outcome.closes
    assert len(said) == tries
    assert "pässword" not in f"{outcome.said}{server_at(1, password='pässword')!r}"


@pytest.mark.parametrize("offers", ["", "XOAUTH2 GSSAPI"])
def test_a_login_that_is_not_offered_is_told(tmp_path: Path, offers: str) -> None:
    outcome, said = log_in(tmp_path, "235 welcome", offers)
    assert outcome is not None
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.LOGIN)
    assert "login" in outcome.said
    assert said == []


def test_a_challenge_that_is_none_is_told(tmp_path: Path) -> None:
    outcome, _ = log_in(tmp_path, "334 !|235 welcome", "CRAM-MD5")
    assert outcome is not None
    assert (outcome.verdict, outcome.phase) == (UNTAKEN, Phase.LOGIN)
