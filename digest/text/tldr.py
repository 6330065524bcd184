"""Chooses the sentence of an abstract that states its result: what a reader in a hurry reads.

The rule, told in docs/mail.md too: each sentence is scored by the cues below, its place and its
length; the best is taken, of equals the first, and none where none is good. No sentence is
understood: abstracts are a genre with words of its own, and those are what is looked for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from digest.text.sentences import sentences

Cue = tuple[float, re.Pattern[str], tuple[str, ...]]
"""Points, what is looked for, and pieces of words of which whatever is found holds one."""

_LEAST_SCORE = 2.0
_LEAST_CHARS, _LONG, _VERY_LONG, _MOST_CHARS = 40, 280, 350, 450
_LONGEST_ABSTRACT = 20_000  # whatever is longer is no abstract


def _cue(points: float, *patterns: str, pieces: str = "") -> Cue:
    """Return a cue. With `pieces`, most sentences need no look at all."""
    return points, re.compile(rf"\b(?:{'|'.join(patterns)})"), tuple(pieces.split())


def _number(points: float, after: str) -> Cue:
    """Return a cue of a number whose first digit is followed by a pattern.

    It begins with the digit, not with where a word does, so that `re` runs to the first one.
    """
    return points, re.compile(rf"\d(?<!\w\d){after}"), ()


_SAY = (
    r"(?:show|find|found|demonstrate|prove|observe|discover|reveal|indicate|suggest|confirm"
    r"|uncover|highlight|establish that|conclude that)(?:s|ed|n)?\b"
)
_OWN = r"(?:\w+ )?(?:paper|work|study|article|survey|report)"
_RESULTS = (
    _cue(
        3,  # what was found
        rf"we (?:\w+ly |also |further |then |thus ){{0,2}}{_SAY}",
        rf"we [^.;:]{{0,160}}? and {_SAY}",
        r"(?:results?|experiments?|evaluations?|analys[ei]s|stud(?:y|ies)|findings|simulations"
        rf"|benchmarks?|tests) (?:[^\s,;]+ ){{0,6}}?{_SAY}",
        pieces="show find found demonstrate prove observe discover reveal indicate suggest confirm"
        " uncover highlight establish conclude",
    ),
    _cue(
        3,
        r"(?:outperform|surpass|exceed|beat)(?:s|es|ed|ing)?\b",
        pieces="outperform surpass exceed beat",
    ),
    _cue(
        2,
        r"(?:achiev|attain|reach|deliver|obtain)(?:es|s|ed|ing)\b|match(?:es|ed)\b",
        pieces="achiev attain reach deliver obtain match",
    ),
    _cue(
        1,
        r"(?:state[- ]of[- ]the[- ]art|sota\b|on par with|comparable (?:to|with)|competitive)",
        pieces="state sota par comparable competitive",
    ),
    _cue(
        1,
        r"(?:improv|increas|reduc|decreas|boost|accelerat|sav|gain|lower|speed-?up|drops|falls"
        r"|rises)",
        pieces="improv increas reduc decreas boost accelerat sav gain lower speed drops falls"
        " rises",
    ),
    _number(2, r"[\d.,]*\s?(?:\\?%|percent|×|x\b|-?fold|times|points?\b|pp\b)"),
    _number(0.5, r"\d*\.\d+"),
)
_MADE = _cue(
    2.5,  # good enough where no result is told
    rf"(?:we|this {_OWN})(?: \w+ly| here| also| then)?"
    r" (?:propos|introduc|present|develop|describ|design|buil[dt]|construct|formulat|establish)",
    r"is (?:proposed|introduced|presented|developed)\b",
    pieces="propos introduc present develop describ design buil construct formulat establish",
)
_OF_OTHERS = _cue(
    -4,
    r"(?<!we )(?:have|has) (?:\w+ ){0,2}?(?:achiev|shown|demonstrat|emerg|become|made|been|proven"
    r"|enabl|revolution|attract|gain|led|advanc|improv|excel|driven)",
    r"(?:existing|prior|previous|current|recent|traditional|conventional|most)"
    r" (?:[^\s,;]+ ){0,4}?(?:rely|relies|fail|struggl|suffer|focus|requir|assum|overlook|lack"
    r"|remain|depend|treat|often|typically)",
    pieces="have has exist prior previous current recent tradition convention most",
)
_AGAINST = (
    _cue(
        -5,  # what is given away
        r"https?:|github|project (?:page|website)|code (?:and|is|will|are|can)|publicly"
        r"|open-?sourc|available (?:at|on|in|here)|we (?:also |will )?releas|made available",
        pieces="http github project code public open available releas",
    ),
    _cue(
        -3,  # what is hoped
        r"we (?:hope|believe|discuss|plan|argue|aim|envision)|future (?:work|research)"
        r"|pav(?:es?|ing) the way|promising (?:direction|avenue)|sheds? light|open(?:s|ing)? up"
        r"|the (?:\w+ )?potential",
        pieces="hope believe discuss plan argue aim envision future pav promising light open"
        " potential",
    ),
    _cue(
        -2,
        r"(?:effectiveness|superiority|efficacy|feasibility) of",
        pieces="effectiveness superiority efficacy feasibility",
    ),
)
_BEFORE = _cue(
    -2,
    r"(?:recent|recently|existing|current|currently|prior|previous|traditional|modern"
    r"|conventional|however|in recent|despite|although|while|yet|unfortunately)\b",
)
_LEANING = _cue(  # what does not stand alone
    -1.5,
    rf"(?:this (?!{_OWN})|these|it|they|such|its|their|moreover|furthermore|additionally|also"
    r"|besides|then|in addition|further|meanwhile|finally|specifically|in particular|first|second"
    r"|third|for example|for instance|in contrast|instead|conversely|consequently|as a result)\b",
)
_TO_THIS_END = _cue(-0.5, r"to (?:this end|address|tackle|bridge|fill|overcome)\b")


@lru_cache(maxsize=1024)  # the renderers of one edition ask one after another
def choose_tldr(abstract: str) -> str:
    """Return the sentence of a legible `abstract` that states its result, or nothing."""
    parts = sentences(abstract) if len(abstract) <= _LONGEST_ABSTRACT else ()
    if len(parts) < 2:
        return ""
    scores = [_score(part, is_late=2 * at >= len(parts)) for at, part in enumerate(parts)]
    best = max(scores)
    return parts[scores.index(best)] if best >= _LEAST_SCORE else ""


def _score(sentence: str, *, is_late: bool) -> float:
    """Return how much a sentence sounds like one that states a result."""
    length = len(sentence)
    is_whole = sentence.rstrip("\"'”’»)]").endswith((".", "!")) and not sentence.endswith("..")
    if sentence.startswith("(") or not is_whole or not _LEAST_CHARS <= length <= _MOST_CHARS:
        return 0.0
    sentence = sentence.lower()
    results, made = _points(sentence, *_RESULTS), _points(sentence, _MADE)
    if results + made < _LEAST_SCORE:
        return 0.0
    points = _points(sentence, *_AGAINST) + _at_start(sentence, _LEANING, _TO_THIS_END)
    if made:
        points += made + (results if results >= _LEAST_SCORE else 0)
    else:
        points += results + _points(sentence, _OF_OTHERS) + _at_start(sentence, _BEFORE)
    too_long = (length > _LONG) + 2 * (length > _VERY_LONG)
    return points - too_long + (is_late and results >= _LEAST_SCORE)


def _points(sentence: str, *cues: Cue) -> float:
    return sum(
        points
        for points, cue, pieces in cues
        if _may_hold(sentence, pieces) and cue.search(sentence)
    )


def _at_start(sentence: str, *cues: Cue) -> float:
    return sum(points for points, cue, _ in cues if cue.match(sentence))


def _may_hold(sentence: str, pieces: tuple[str, ...]) -> bool:
    for piece in pieces:
        if piece in sentence:
            return True
    return not pieces
