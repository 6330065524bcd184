"""What commands of LaTeX mean in Unicode: the tables, and nothing that reads LaTeX.

Symbols come from pylatexenc's table; here stands what it lacks or says otherwise than a reader of
plain text would want. Names are without their backslash.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any


def words(text: str) -> frozenset[str]:
    """Return the words of a table that is written as text."""
    return frozenset(text.split())


GREEK_NAMES = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta"),
    *("vartheta", "iota", "kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau"),
    *("upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda"),
    *("Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega"),
)
"""Names of letters, which stand for a letter where Hugging Face took their backslash away."""

ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "u": "\u0306",
    "v": "\u030c",
    "H": "\u030b",
    "c": "\u0327",
    "k": "\u0328",
    "r": "\u030a",
    "b": "\u0331",
    "d": "\u0323",
    "t": "\u0361",
}
"""Accents of prose: the character or letter after the backslash, and the mark that it sets."""

LETTERS = {
    **{"o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "ss": "ß", "SS": "ẞ"},
    **{"ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "dj": "đ", "DJ": "Đ"},
    **{"dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "ng": "ŋ", "NG": "Ŋ"},
}
"""Letters of prose that have a command of their own."""

HATS = {
    **{"hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303"},
    **{"bar": "\u0304", "overline": "\u0305", "underline": "\u0332", "vec": "\u20d7"},
    **{"overrightarrow": "\u20d7", "dot": "\u0307", "ddot": "\u0308", "check": "\u030c"},
    **{"breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "mathring": "\u030a"},
    **{"underbar": "\u0332"},
}
"""Accents of mathematics."""

EVERY_LETTER = frozenset({"\u0305", "\u0332"})
"""Marks that run over all letters they are set on; the others stand on the last one."""

OPERATORS = words(
    "arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min Pr sec sin sinh sup tan tanh argmax argmin poly polylog diag sign sgn "
    "softmax"
)
"""Functions, written upright and parted by a space from what they are applied to."""

RELATIONS = frozenset("≤≥≠≈∼≃≅≡∝→←↔⇒⇐⇔↦⟶⟹⟺⟵↪∈∉∋⊂⊃⊆⊇⊊≪≫≺≻≼≽∥⊥⊢⊨≜≔≲≳⪯⪰⩽⩾⊑≐≍∣⇝↗↘↑↓×±∓÷")
"""Signs with a space on both sides where something stands on both sides."""

UNARY = frozenset("±∓×")
"""Those of them that stand close to the only operand they have."""

SPACES = frozenset({",", ";", ":", ">", " ", "\n", "\t", "~", "quad", "qquad", "enspace", "enskip"})
SPACES |= {
    "thinspace",
    "medspace",
    "thickspace",
    "space",
    "hspace",
    "hfill",
    "newline",
    "par",
    "\\",
}
NOTHING = frozenset({"!", "/", "-", "@", "displaystyle", "textstyle", "scriptstyle", "limits"})
NOTHING |= {"nolimits", "nonumber", "notag", "xspace", "protect"}
NOTHING |= {"big", "Big", "bigg", "Bigg", "noindent", "centering", "relax"}
OPENERS = words("left bigl Bigl biggl Biggl lVert lvert middle bigm Bigm")
CLOSERS = words("right bigr Bigr biggr Biggr rVert rvert")
NOTHING |= (OPENERS | CLOSERS) - words("lVert lvert rVert rvert")
NOTHING |= {"negthinspace", "smallskip", "medskip", "bigskip", "maketitle", "allowbreak", "strut"}
SWITCHES = words(
    "em bf it rm sc sf sl tt cal frak bfseries itshape mdseries rmfamily scshape sffamily slshape "
    "ttfamily upshape normalfont tiny scriptsize footnotesize small normalsize large Large LARGE "
    "huge Huge mathversion boldmath unboldmath"
)
"""Commands that change how the rest of a group looks."""

STYLES = words(
    "emph textbf textit texttt textsc textsf textrm textmd textup textsl textnormal text mbox hbox "
    "fbox underline uline mathbf mathrm mathsf mathtt mathit mathnormal bm boldsymbol pmb "
    "operatorname mathop mathrel mathbin mathord mathopen mathclose mathpunct mathstrut textquote "
    "enquote uppercase lowercase MakeUppercase MakeLowercase smash vphantom makebox hl sout "
    "num SI si unit acl ac acs gls citeauthor Bbbk overbrace underbrace cancel boxed"
)
"""Commands whose argument is shown as it is."""

STYLES |= words(
    "section subsection subsubsection paragraph subparagraph chapter title author date substack "
    "ensuremath "
    "operatorname*"
)
NEEDS_GROUP = words(
    "SI si num unit ac acs acl gls hl cancel boxed uppercase lowercase date title author section "
    "subsection subsubsection paragraph subparagraph chapter sout"
)
"""Those that many papers define otherwise: without a group of their own they are a bare name."""

ENVIRONMENTS = {
    **{"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "Bmatrix": ("{", "}"), "cases": ("{", "}")},
    **{"vmatrix": ("|", "|"), "Vmatrix": ("‖", "‖"), "psmallmatrix": ("(", ")")},
    **{"bsmallmatrix": ("[", "]"), "dcases": ("{", "}"), "rcases": ("{", "}")},
}
"""What encloses the rows of an environment; others are not enclosed."""

ALPHABETS = {
    **{"mathcal": "cal", "mathscr": "cal", "cal": "cal", "mathbb": "bb", "Bbb": "bb"},
    **{"mathds": "bb", "mathbbm": "bb", "mathfrak": "frak", "frak": "frak"},
}
"""Commands whose letters are other signs, not the same ones in another dress."""

REFERENCES = {"cite", "citep", "citet", "citealp", "citealt", "parencite", "textcite", "autocite"}
POINTERS = {"ref", "eqref", "cref", "Cref", "autoref", "pageref"}
ASIDE = {"footnote", "footnotetext", "thanks", "marginpar"}
SILENT = words(
    "begin end label tag tag* color vspace hspace phantom hphantom footnotemark bibliography "
    "pagestyle thispagestyle index input includegraphics"
)
"""Commands of prose whose argument is a reference, a place, an aside, or nothing to read."""

COLOURS = words(
    "black blue brown cyan darkgray gray green lightgray lime magenta olive orange pink purple red "
    "teal violet white yellow"
)

OURS = {
    **{"LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "eg": "e.g.", "ie": "i.e."},
    **{"etal": "et al.", "etc": "etc.", "vs": "vs.", "cf": "cf.", "wrt": "w.r.t.", "aka": "a.k.a."},
    **{"deg": "°", "degree": "°", "textdegree": "°", "textgreater": ">", "textless": "<"},
    **{"textbar": "|", "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_"},
    **{"textbackslash": "\\", "textendash": "–", "textemdash": "—", "textquotedblleft": "“"},
    **{"textquotedblright": "”", "textquoteleft": "‘", "textquoteright": "’", "textbullet": "•"},
    **{"textregistered": "®", "texttrademark": "™", "copyright": "©", "textcopyright": "©"},
    **{"pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "textmu": "µ"},
    **{"S": "§", "P": "¶", "dag": "†", "ddag": "‡", "dagger": "†", "ddagger": "‡", "slash": "/"},
    **{"|": "‖", "Vert": "‖", "lVert": "‖", "rVert": "‖", "vert": "|", "lvert": "|", "rvert": "|"},
    **{"{": "{", "}": "}", "%": "%", "$": "$", "&": "&", "#": "#", "_": "_", "lbrace": "{"},
    **{"rbrace": "}", "lbrack": "[", "rbrack": "]", "colon": ":", "la": "⟨", "ra": "⟩"},
    **{"ne": "≠", "neq": "≠", "le": "≤", "ge": "≥", "leq": "≤", "geq": "≥", "gets": "←"},
    **{"implies": "⟹", "iff": "⟺", "to": "→", "mid": "∣", "prime": "′", "ast": "*", "cdot": "·"},
    **{"cdots": "⋯", "dots": "…", "ldots": "…", "dotsc": "…", "dotsb": "⋯", "vdots": "⋮"},
    **{"ddots": "⋱", "textellipsis": "…", "hbar": "ℏ", "Re": "ℜ", "Im": "ℑ", "top": "⊤"},
    **{"eps": "ϵ", "star": "⋆", "coloneqq": "≔", "defeq": "≔", "bmod": "mod", "mod": "mod"},
    **{"checkmark": "✓", "cmark": "✓", "xmark": "✗", "lesssim": "≲", "gtrsim": "≳", "N": "N"},
    **{"sim": "∼", "approx": "≈", "times": "×", "pm": "±", "mp": "∓", "div": "÷", "ell": "ℓ"},
    **{"infty": "∞", "lt": "<", "gt": ">", "setminus": "∖", "backslash": "\\", "circ": "∘"},
    **{"varnothing": "∅", "emptyset": "∅", "land": "∧", "lor": "∨", "lnot": "¬", "neg": "¬"},
    **{"item": "•", "and": "and", "langle": "⟨", "rangle": "⟩"},
    **{"leqslant": "≤", "geqslant": "≥", "longrightarrow": "→", "Longrightarrow": "⇒"},
    **{"twoheadrightarrow": "↠", "upuparrows": "⇈", "uparrow": "↑", "downarrow": "↓"},
    **{"triangleq": "≜", "qed": "∎", "blacksquare": "■", "square": "□", "diamond": "⋄"},
}

_SUPER = (
    "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ"
    "AᴬBᴮDᴰEᴱGᴳHᴴIᴵJᴶKᴷLᴸMᴹNᴺOᴼPᴾRᴿTᵀUᵁVⱽWᵂβᵝγᵞδᵟθᶿϕᵠφᵠχᵡ′′°°∘°†††‡‡‡**⋆⋆⊤ᵀ⊺ᵀ"
)
_SUB = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓβᵦγᵧρᵨϕᵩφᵩχᵪ"


def _pairs(text: str) -> dict[str, str]:
    return dict(zip(text[::2], text[1::2], strict=True))


SUPERSCRIPTS = _pairs(_SUPER.replace("†††", "††").replace("‡‡‡", "‡‡"))
SUBSCRIPTS = _pairs(_SUB)

_ODD_LETTERS = {
    "cal": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "bb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "frak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
_FIRST_LETTERS = {"cal": 0x1D49C, "bb": 0x1D538, "frak": 0x1D504}


def lettered(text: str, alphabet: str) -> str:
    """Write the Latin letters of `text` in an alphabet: `cal`, `bb` or `frak`."""
    return "".join(_lettered(character, alphabet) for character in text)


def _lettered(character: str, alphabet: str) -> str:
    if odd := _ODD_LETTERS[alphabet].get(character):
        return odd
    first = _FIRST_LETTERS[alphabet]
    if "A" <= character <= "Z":
        return chr(first + ord(character) - ord("A"))
    if "a" <= character <= "z":
        return chr(first + 26 + ord(character) - ord("a"))
    if alphabet == "bb" and "0" <= character <= "9":
        return chr(0x1D7D8 + ord(character) - ord("0"))
    return character


@lru_cache(maxsize=4096)
def symbol(name: str) -> str | None:
    """Return what a command without arguments stands for, or None where no table knows it."""
    if (ours := OURS.get(name)) is not None:
        return ours
    spec = _table().get_macro_spec(name)
    told = getattr(spec, "simplify_repl", None)
    is_plain = isinstance(told, str) and told and "%" not in told and told.isprintable()
    return str(told).strip() or None if is_plain else None


@lru_cache(maxsize=1)
def _table() -> Any:  # pylatexenc has no types
    from pylatexenc.latex2text import get_default_latex_context_db

    return get_default_latex_context_db().filter_context(
        keep_categories=["latex-base", "advanced-symbols"]
    )
