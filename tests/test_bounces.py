"""Mails that come back, as they are read: in which form ever, from whomever, in bounded time."""

from __future__ import annotations

import time

import pytest
import returned_mails as mails
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.mail.bounces import read
from digest.mail.severity import severity
from digest.models.returns import ReturnKind

HARD, SOFT = ReturnKind.HARD, ReturnKind.SOFT
DELAYED, COMPLAINT = ReturnKind.DELAYED, ReturnKind.COMPLAINT
LEAVE, AUTOMATIC, OTHER = ReturnKind.LEAVE, ReturnKind.AUTOMATIC, ReturnKind.OTHER
OURS = "bounces+t@lists.example.org"
TOKEN = "mfrggzdfmztwq2lkmfrggzdf"


@pytest.mark.parametrize(
    ("told", "kind", "status"),
    [
        ({}, HARD, "5.1.1"),
        ({"action": "Failed (bad mailbox)"}, HARD, "5.1.1"),
        ({"action": "error", "status": "5.1.1"}, HARD, "5.1.1"),
        ({"status": "5.0.0", "said": "smtp; 550-5.1.1 unknown"}, HARD, "5.0.0"),
        ({"status": "5.0.0", "said": "X-Postfix; unknown user"}, HARD, "5.0.0"),
        ({"status": "5.2.2", "said": "smtp; 552 5.2.2 Mailbox full"}, SOFT, "5.2.2"),
        ({"status": "5.0.0 (over disk quota)", "said": ""}, SOFT, "5.0.0"),
        ({"status": "4.4.1", "said": "connect: Connection timed out"}, SOFT, "4.4.1"),
        ({"status": "5.7.1", "said": "smtp; 554 5.7.1 Blocked, see our policy"}, SOFT, "5.7.1"),
        ({"action": "delayed", "status": "4.4.1"}, DELAYED, "4.4.1"),
        ({"action": "delivered", "status": "2.0.0", "said": ""}, AUTOMATIC, ""),
        ({"action": "relayed", "status": "2.0.0", "said": ""}, AUTOMATIC, ""),
        ({"part": "message/global-delivery-status"}, HARD, "5.1.1"),
    ],
)
def test_reports_of_delivery(told: dict[str, str], kind: ReturnKind, status: str) -> None:
    returned = read(mails.report(**told))
    assert (returned.kind, returned.status) == (kind, status)
    assert returned.recipients == ("reader@example.org",)
    assert returned.places[0] == OURS


def test_an_address_of_the_whole_world_is_read_from_a_report() -> None:
    mail = mails.report(to="lesér@exämple.org", part="message/global-delivery-status")
    assert read(mail).kind is HARD


def test_a_report_that_was_encoded_is_read() -> None:
    head, _, rest = mails.report().partition(b"Reporting-MTA")
    fields, _, tail = rest.partition(b"--5F00.1")
    import base64

    body = base64.encodebytes(b"Reporting-MTA" + fields)
    mail = head[:-1] + b"Content-Transfer-Encoding: base64\n\n" + body + b"\n--5F00.1" + tail
    assert read(mail).kind is HARD
    assert read(mail).recipients == ("reader@example.org",)


def test_the_worst_of_several_recipients_counts() -> None:
    group = b"Final-Recipient: rfc822; other@example.org\nAction: failed\nStatus: 5.1.1\n\n"
    mail = mails.report(action="delayed", status="4.4.1")
    both = mail.replace(b"Final-Recipient", group + b"Final-Recipient", 1)
    assert read(both).kind is HARD
    assert read(both).recipients == ("other@example.org",)


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (mails.exim(), HARD),
        (mails.exim("552 5.2.2 Mailbox is full"), SOFT),
        (mails.exim("554 5.7.1 blocked for spam"), SOFT),
        (mails.qmail(), HARD),
        (mails.qmail("The user's mailfolder is full."), SOFT),
        (mails.qmail("I wasn't able to establish an SMTP connection. (#4.4.1)"), SOFT),
        (mails.exchange(), HARD),
    ],
)
def test_failures_in_the_words_of_several_servers(mail: bytes, kind: ReturnKind) -> None:
    returned = read(mail)
    assert returned.kind is kind
    assert returned.recipients
    assert OURS in returned.places


@pytest.mark.parametrize(
    "sender",
    [b"", b"From:\n", b"From: Syst\xe8me <mailer-daemon@x>\n", b"From: \xff\n", b"From: ,\n"],
)
def test_a_server_need_not_name_itself_well(sender: bytes) -> None:
    head, _, rest = mails.qmail().partition(b"From: MAILER-DAEMON@mx.example.org\n")
    assert read(head + sender + rest).kind is HARD


def test_a_warning_without_a_report_is_delayed() -> None:
    mail = (
        mails.exim().split(b"X-Failed")[0]
        + b"""From: postmaster@example.org
Subject: Warning: message delayed

The address to which the message has not yet been delivered is:

   reader@example.org

No action is required on your part.
"""
    )
    assert read(mail).kind is DELAYED


@pytest.mark.parametrize(
    ("what", "kind"),
    [("abuse", COMPLAINT), ("Fraud", COMPLAINT), ("opt-out", COMPLAINT), ("not-spam", OTHER),
     ("auth-failure", OTHER), ("", OTHER)],
)  # fmt: skip
def test_reports_of_abuse(what: str, kind: ReturnKind) -> None:
    returned = read(mails.complaint(what=what, way_out=TOKEN))
    assert returned.kind is kind
    assert returned.recipients == ("reader@example.org",)
    assert OURS in returned.places
    assert returned.tokens == ((TOKEN, TOKEN) if kind is COMPLAINT else ())


@pytest.mark.parametrize(
    ("mail", "tokens"),
    [
        (mails.leave(TOKEN), (TOKEN,)),
        (mails.leave(TOKEN.upper()), (TOKEN.upper(),)),
        (mails.leave(TOKEN, subject="Re: UNSUBSCRIBE"), (TOKEN,)),
        (mails.leave("", subject=f"=?utf-8?q?unsubscribe_{TOKEN}?="), (TOKEN,)),
        (mails.leave("").replace(b"To: digest@", f"To: unsubscribe+{TOKEN}@".encode()), (TOKEN,)),
        (
            mails.leave("", subject="=?utf-8?b?A?=").replace(
                b"To: digest@", f"To: unsubscribe+{TOKEN}@".encode()
            ),
            (TOKEN,),
        ),
    ],
)
def test_wishes_to_leave(mail: bytes, tokens: tuple[str, ...]) -> None:
    assert read(mail).kind is LEAVE
    assert read(mail).tokens == tokens


def test_a_wish_to_leave_without_a_token_is_a_letter() -> None:
    assert read(mails.leave("")).kind is OTHER
    assert read(mails.leave("please", subject="How do I unsubscribe")).kind is OTHER


@pytest.mark.parametrize(
    "mail",
    [
        mails.letter("Automatic reply: Maps", text="Write to , other@example.org, meanwhile."),
        mails.letter("Out of office", "X-Autoreply: yes\n"),
        mails.letter("Abwesenheitsnotiz", "Auto-Submitted: auto-replied\n"),
        mails.letter("I am away", "Auto-Submitted: auto-replied (vacation)\n"),
        mails.letter("Away", "Precedence: auto_reply\n"),
    ],
)
def test_absence_notes_are_nothing(mail: bytes) -> None:
    assert read(mail).kind is AUTOMATIC


@pytest.mark.parametrize(
    "text",
    ["Thank you.", "Ask my colleague, other@example.org, about it.", "550 5.1.1 user unknown"],
)
def test_letters_of_people_are_none_of_our_business(text: str) -> None:
    assert read(mails.letter(text=text)).kind is OTHER


def test_a_receipt_is_nothing() -> None:
    more, text = "Content-Type: message/disposition-notification\n", "Disposition: x; displayed"
    assert read(mails.letter("Read: Maps", more, text)).kind is AUTOMATIC


def test_a_failure_inside_a_letter_that_was_passed_on_is_not_its_own() -> None:
    inside = b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n"
    mail = mails.letter("Fwd: what is this?").partition(b"\n\n")[0] + b"\n" + inside
    assert read(mail + mails.report() + b"\n--x--\n").kind is OTHER


def test_the_envelope_goes_first_then_what_is_written_then_what_is_inside() -> None:
    mail = mails.report("inner").replace(b"Delivered-To: bounces+inner", b"Delivered-To: b+outer")
    places = read(mail, "b+told@lists.example.org").places
    assert places == (
        "b+told@lists.example.org",
        "b+outer@lists.example.org",
        "bounces+inner@lists.example.org",
    )


def test_the_mark_is_the_mails_own_whoever_passed_it_on() -> None:
    first, second = mails.qmail(), b"Delivered-To: x@example.org\n" + mails.qmail()
    assert read(first).mark == read(second.replace(b"\n", b"\r\n").replace(b"\r\n", b"\n")).mark
    assert read(first).mark != read(mails.qmail("Another. (#5.1.1)")).mark
    assert read(mails.report()).mark == read(mails.report(status="5.2.2")).mark
    assert read(mails.report()).mark != read(mails.report(name="<two@example.org>")).mark


@pytest.mark.parametrize(
    ("status", "said", "kind"),
    [
        ("", "", HARD),
        ("", "smtp; 450 try again", SOFT),
        ("", "smtp; 552 too much", SOFT),
        ("", "smtp; 554 no", SOFT),
        ("", "smtp; 554 delivery error: This user doesn't have an example.org account", HARD),
        ("", "host 5.5.2653.19 said nothing", HARD),
        ("5.7.1", "550 5.7.1 Recipient address rejected: User unknown", HARD),
        ("5.7.1", "550 5.7.1 Sender address rejected", SOFT),
        ("5.7.1", "550 5.7.1 <reader@example.org>... Relaying denied", SOFT),
        ("5.1.8", "553 5.1.8 Sender address rejected: Domain not found", SOFT),
        ("5.2.1", "550 5.2.1 The email account is disabled", HARD),
        ("5.3.4", "552 5.3.4 Message too big", SOFT),
        ("5.4.4", "Host or domain name not found", HARD),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", HARD),
        ("5.4.6", "mail loops back to myself", SOFT),
        ("5.1.10", "556 5.1.10 null MX", HARD),
        ("5.0.0", "550 Postfach ist voll", SOFT),
        ("5.0.0", "550 Empfänger unbekannt", HARD),
        ("5.0.0", "550 utilisateur inconnu", HARD),
        ("5.0.0", "550 收件人不存在", HARD),
        ("4.1.1", "450 4.1.1 user unknown", SOFT),
        ("4.2.2", "mailbox full", SOFT),
    ],
)
def test_how_grave_a_failure_is(status: str, said: str, kind: ReturnKind) -> None:
    assert severity(status, said) is kind


NEST = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(9999)
)
HOSTILE = {
    "nothing": b"",
    "zeros": b"\0" * 1_000_000,
    "bytes": bytes(range(256)) * 4000,
    "no head": b"\n\n\n",
    "one line": b"From: mailer-daemon@x\nSubject: failed\n\n" + b"<" * 5_000_000,
    "commas": b"From: mailer-daemon@x\n\n" + b",a@" * 500_000,
    "brackets": b"From: mailer-daemon@x\n" + b"To: " + b"(" * 500_000 + b"\n\n",
    "many heads": b"From: mailer-daemon@x\n" + b"a:b\n" * 500_000,
    "many ends": mails.report() + b"--5F00.1/mx.example.org\n" * 50_000,
    "nested": NEST,
    "nested a little": NEST[: NEST.index(b'"39"')] + b"text\n" * 100_000,
    "enclosed": b"Content-Type: message/rfc822\n\n" * 100_000,
    "many groups": mails.report().replace(
        b"Final-Recipient", b"Action: failed\nStatus: 5.7.1\n\n" * 20_000 + b"Final-Recipient", 1
    ),
    "netscape": b"From: mailer-daemon@x\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\n"
    b"This Message was undeliverable due to the following reason:\n"
    + (b"<<" * 9 + b"a" * 380 + b"\n") * 1000 + b"--x\nA: b\n\n--x--\n",
    "words": b"From: mailer-daemon@x\nX-Failed-Recipients: a@example.org\n\n"
    + b"recipient user mailbox . " * 40_000,
    "charset": mails.letter("=?x-none?q?=ff?=", 'Content-Type: text/plain; charset="x-none"\n'),
    "broken words": mails.letter("=?utf-8?b?????=", "Content-Transfer-Encoding: x-what\n"),
    "surrogates": mails.letter("\udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
    "no boundary": b"Content-Type: multipart/report; report-type=delivery-status\n\n--\n",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_is_sent_is_read_in_bounded_time(name: str) -> None:
    began = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - began < 3


def test_a_hundred_megabytes_cost_no_more_than_their_start() -> None:
    mail = mails.report() + b"a" * 100_000_000
    began = time.process_time()
    assert read(mail).kind is HARD
    assert time.process_time() - began < 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_report_that_was_damaged_anywhere_is_still_read(data: st.DataObject) -> None:
    mail = mails.report() if data.draw(st.booleans()) else mails.complaint()
    start = data.draw(st.integers(0, len(mail)))
    end = data.draw(st.integers(start, min(len(mail), start + 60)))
    assert read(mail[:start] + data.draw(st.binary(max_size=20)) + mail[end:]).mark


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read(mail: bytes) -> None:
    assert read(mail).kind in ReturnKind
