"""Invented mails that come back: in the forms of several servers, each about one mail of ours."""

from __future__ import annotations

PLACE = "bounces+{token}@lists.example.org"


def report(
    token: str = "t",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 User unknown",
    to: str = "reader@example.org",
    part: str = "message/delivery-status",
    name: str = "<one@mx.example.org>",
) -> bytes:
    """A report of RFC 3464, as Postfix words it, that returns the mail's head."""
    place = PLACE.format(token=token)
    return f"""Return-Path: <>
Delivered-To: {place}
Received: by mx.example.org (Postfix) id 5F00; Thu, 12 Mar 2026 07:00:12 +0000 (UTC)
Date: Thu, 12 Mar 2026 07:00:12 +0000 (UTC)
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {place}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="5F00.1/mx.example.org"
Message-Id: {name}

This is a MIME-encapsulated message.

--5F00.1/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{to}>: {said}

--5F00.1/mx.example.org
Content-Description: Delivery report
Content-Type: {part}

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 5F00
X-Postfix-Sender: rfc822; {place}
Arrival-Date: Thu, 12 Mar 2026 07:00:10 +0000 (UTC)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: {said}

--5F00.1/mx.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{place}>
From: Trending papers <digest@example.org>
To: {to}
Subject: Maps of an invented sea, and 3 others
Message-ID: <2026-03-11.7@lists.example.org>

--5F00.1/mx.example.org--
""".encode()


def exim(said: str = "550 No such user here", to: str = "reader@example.org") -> bytes:
    """A failure as Exim told it before it wrote reports, with the returned mail as text."""
    return f"""Return-path: <>
Envelope-to: bounces+t@lists.example.org
X-Failed-Recipients: {to}
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: bounces+t@lists.example.org
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1exim@mx.example.org>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mail.example.org [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    {said}

------ This is a copy of the message, including all the headers. ------

Return-path: <bounces+t@lists.example.org>
Subject: Connection refused: spam and blocked content
""".encode()


def qmail(said: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    """A failure as qmail tells it (QSBMF): no MIME, no report, the returned mail below."""
    return f"""Return-Path: <>
Delivered-To: lists-bounces@lists.example.org
From: MAILER-DAEMON@mx.example.org
To: bounces@lists.example.org
Subject: failure notice

Hi. This is the qmail-send program at mx.example.org.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<reader@example.org>:
{said}

--- Below this line is a copy of the message.

Return-Path: <bounces+t@lists.example.org>
From: Trending papers <digest@example.org>
Subject: Maps of an invented sea, and 3 others

Text.
""".encode()


def exchange() -> bytes:
    """A report as Exchange Online writes it: in German, HTML first, with its own status."""
    return b"""From: Microsoft Outlook <postmaster@example.org>
To: bounces+t@lists.example.org
Subject: =?utf-8?B?VW56dXN0ZWxsYmFyOiBLYXJ0ZW4=?=
Message-ID: <ex@example.org>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="_000_"

--_000_
Content-Type: multipart/alternative; boundary="_001_"

--_001_
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

SWhyZSBOYWNocmljaHQgd3VyZGUgbmljaHQgenVnZXN0ZWxsdC4=
--_001_
Content-Type: text/html; charset="utf-8"

Ihre Nachricht wurde nicht zugestellt.
--_001_--

--_000_
Content-Type: message/delivery-status

Reporting-MTA: dns;mail.example.org
Received-From-MTA: dns;mx.example.org
Arrival-Date: Thu, 12 Mar 2026 07:00:10 +0000

Final-Recipient: rfc822;leser@example.org
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP
 address lookup

--_000_
Content-Type: message/rfc822

Return-Path: bounces+t@lists.example.org
Subject: Karten
Auto-Submitted: auto-generated

Text.
--_000_--
"""


def complaint(token: str = "t", what: str = "abuse", way_out: str = "w") -> bytes:
    """A reader's complaint (RFC 5965), sent to the operator rather than to the return path."""
    return f"""From: <feedback@example.org>
Date: Thu, 12 Mar 2026 09:00:00 +0000
Subject: FW: Maps of an invented sea
To: <abuse@example.org>
Message-ID: <arf@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received from 192.0.2.1.

--part
Content-Type: message/feedback-report

Feedback-Type: {what}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{PLACE.format(token=token)}>
Original-Rcpt-To: <reader@example.org>

--part
Content-Type: message/rfc822
Content-Disposition: inline

From: Trending papers <digest@example.org>
List-Unsubscribe: <https://example.org/leave/{way_out}>,
 <mailto:digest@example.org?subject=unsubscribe%20{way_out}>
Subject: Maps of an invented sea
Message-ID: <2026-03-11.7@lists.example.org>

Text.
--part--
""".encode()


def leave(token: str, name: str = "<leave@example.org>", subject: str = "unsubscribe") -> bytes:
    """The mail that a program sends when its button to unsubscribe is pressed."""
    return f"""Return-Path: <reader@example.org>
From: A reader <reader@example.org>
To: digest@example.org
Subject: {subject} {token}
Message-ID: {name}

This mail was written by a program.
""".encode()


def letter(subject: str = "Re: Maps", more: str = "", text: str = "Thank you.") -> bytes:
    """A mail that a person or their program wrote."""
    return f"""Return-Path: <reader@example.org>
From: A reader <reader@example.org>
To: bounces+t@lists.example.org
Subject: {subject}
Message-ID: <letter@example.org>
{more}
{text}
""".encode()
