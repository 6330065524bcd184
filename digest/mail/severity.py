"""Tells whether an address failed for good or this time only, from what a server said.

A failure is hard only where it is the address's own: there is no such user or domain. A full
mailbox, a refusal of us or of the content, and a server out of order are soft, however final the
code: a reader who is taken off the list for the operator's sins does not come back.
"""

from __future__ import annotations

import re

from digest.models.returns import ReturnKind

STATUS = re.compile(r"(?<![\d.])([45]\.[0-7]\.\d{1,3})(?![\d.]\d|\d)")
"""The enhanced status code of a failure (RFC 3463); no machine's address, no version."""

_CODE = re.compile(r"(?<![\d.\w])([45][0-5]\d)(?=[ \-#])")
NO_MAILBOX = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4", "7.13", "7.17"})
"""No such mailbox, no such domain, moved away, takes no mail (null MX), disabled, other owner."""

_EXCHANGE_NO_DOMAIN = "4.310"
_HARD = {f"5.{told}" for told in (*NO_MAILBOX, _EXCHANGE_NO_DOMAIN)}
_SOFT = {"5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.2.4", "5.3.4"}  # ours, full, or too large
_HARD_SUBJECTS = ("5.1.", "5.2.")
_HARD_CODES = {"521", "550", "551", "553", "556"}  # 521, 556: takes no mail at all (RFC 7504)
_GENERIC = re.compile(r"5\.0\.\d+$|$")
_FULL = re.compile(
    r"(?:mail\s?box|mailfolder|inbox|account|user|quota|storage|disk)\W.{0,40}"
    r"\b(?:full|exceed|over\W?(?:quota|limit|drawn))"
    r"|over (?:disk )?\W?quota|quota (?:exceeded|violation)|disk quota|exceeded .{0,20}quota"
    r"|out of (?:disk )?(?:storage|space|quota)|insufficient (?:disk|system)"
    r"|not enough (?:disk )?space"
    r"|postfach .{0,20}voll|buz[oó]n .{0,20}lleno|bo[iî]te .{0,30}pleine",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:user|recipient|mailbox|address|account|local.part|alias)\W{1,5}(?:.{0,80}?\W)?"
    r"(?:unknown|not found|(?:does|did|do)(?: not|n.t) exist|no longer|inactive|disabled"
    r"|deactivated|suspended|invalid|not listed|not known|closed|unavailable)"
    r"|(?:unknown|invalid|bad|inactive|nonexistent|non-existent) (?:local.?)?"
    r"(?:user|recipient|mailbox|address|account|destination|final delivery)"
    r"|no (?:such|valid) (?:user|recipient|mailbox|account|address|person|local|domain)|no mailbox"
    r"|no (?:user|account|recipient)s? (?:by|with|of|here)|not a (?:valid|known) (?:user|mailbox)"
    r"|doesn.t have an? .{1,40}account|not our customer|unrouteable|host not found"
    r"|unknown (?:host|domain)|domain (?:does not exist|not found)|nxdomain|not listed in"
    r"|access denied\. as\(2018"
    r"|unbekannt|inconnu|desconocid|sconosciut|onbekend|неизвест"
    r"|不存在|見つかりません",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\bspam|unsolicited|\bblocked|black.?list|block.?list|reputation|\bpolicy|dmarc|\bspf\b|dkim"
    r"|virus|content (?:was )?(?:reject|filter|denied|block)|too (?:large|big|many)"
    r"|(?:message|max\w*) size|size (?:limit|exceed)|rate.{0,3}limit|\brelay|gr[ea]ylist"
    r"|sender (?:address |was |is )*"
    r"(?:reject|denied|block|invalid|unknown|verif)|timed? ?out|\bexpired|\bloop|hop count"
    r"|(?:smtp|network|establish\w*|refused|lost|a|the) connection"
    r"|connection (?:refused|timed|reset)"
    r"|\btemporar|not reachable|queue (?:period|too long)|not accepting mail from",
    re.IGNORECASE,
)


def severity(status: str, said: str) -> ReturnKind:
    """Return `HARD` or `SOFT` for a failure with this status (RFC 3463; may be empty) and text.

    The text's own status goes before one that says nothing (5.0.0). Beyond a status that is
    certain the words count, for 5.7.1 and 550 stand for nearly everything; then the code's first
    digits. What says nothing at all is hard: a server gave up on it.
    """
    text = said[:2000]
    if _GENERIC.match(status):
        status = next((told for told in STATUS.findall(text) if not _GENERIC.match(told)), status)
    code = found[1] if (found := _CODE.search(text)) else ""
    if status in _HARD:
        return ReturnKind.HARD
    if status.startswith("4.") or status in _SOFT or (not status and code.startswith("4")):
        return ReturnKind.SOFT
    return _by_words(text) or _by_code(status, code)


def _by_words(text: str) -> ReturnKind | None:
    for pattern, kind in (
        (_FULL, ReturnKind.SOFT),
        (_GONE, ReturnKind.HARD),
        (_REFUSED, ReturnKind.SOFT),
    ):
        if pattern.search(text):
            return kind
    return None


def _by_code(status: str, code: str) -> ReturnKind:
    if not _GENERIC.match(status):
        return ReturnKind.HARD if status.startswith(_HARD_SUBJECTS) else ReturnKind.SOFT
    return ReturnKind.HARD if not code or code in _HARD_CODES else ReturnKind.SOFT
