"""Who a paper is: ids however written, DOIs, folded titles, keys and page names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.identity import FOLDING, fold_title, keys_of, parse_arxiv_id, parse_doi, slug_of
from digest.models import ListedPaper
from digest.text.legible import legible


@pytest.mark.parametrize("number", ["2407.21783", "0704.0001", "hep-th/9901001", "math/0309136"])
@pytest.mark.parametrize(
    "written",
    [
        "{}",
        " {} ",
        "arXiv:{}",
        "arxiv: {}",
        "oai:arXiv.org:{}",
        "http://arxiv.org/abs/{}",
        "https://arxiv.org/pdf/{}",
        "https://arxiv.org/pdf/{}.pdf",
        "https://www.arxiv.org/html/{}",
        "http://export.arxiv.org/abs/{}?context=cs",
        "arxiv.org/abs/{}",
        "10.48550/arXiv.{}",
        "https://doi.org/10.48550/ARXIV.{}",
    ],
)
@pytest.mark.parametrize(("suffix", "version"), [("", None), ("v1", 1), ("v12", 12)])
def test_an_arxiv_id_is_known_however_it_is_written(number, written, suffix, version):
    assert parse_arxiv_id(written.format(number + suffix)) == (number, version)


@pytest.mark.parametrize(
    "written",
    [
        "https://huggingface.co/papers/2407.21783",
        "huggingface.co/papers/2407.21783#community",
        "/papers/2407.21783",
        "file:///papers/2407.21783",
        "file://localhost/papers/2407.21783",
    ],
)
def test_hugging_faces_addresses_name_an_arxiv_id(written):
    assert parse_arxiv_id(written) == ("2407.21783", None)


def test_the_subject_class_of_an_old_id_is_no_part_of_it():
    assert parse_arxiv_id("math.GT/0309136v2") == ("math/0309136", 2)
    assert parse_arxiv_id("HEP-TH/9901001") == parse_arxiv_id("hep-th/9901001")


@pytest.mark.parametrize(
    "text",
    [
        *("", "2413.12345", "2407.2178", "0704.00012", "2407.217834", "1.45", "see 2407.21783"),
        *("12/0112017", "2407.21783v0", "2407.21783 x", "papers/2407.21783"),
        "https://example.org/abs/2407.21783",
    ],
)
def test_what_only_looks_like_an_arxiv_id_is_none(text):
    assert parse_arxiv_id(text) is None


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/AbC.1", "10.1000/abc.1"),
        ("doi:10.1000/abc.1", "10.1000/abc.1"),
        ("https://doi.org/10.1000/abc%2E1", "10.1000/abc.1"),
        ("http://dx.doi.org/10.1000/abc.1.", "10.1000/abc.1"),
        ("10.1/x", None),
        ("11.1000/x", None),
        ("not a doi", None),
    ],
)
def test_a_doi_is_folded_to_lower_case(text, doi):
    assert parse_doi(text) == doi


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A Tale of  Two\nCities", "a tale of two cities"),
        ("Deep-Sea Maps", "Deep Sea Maps"),
        ("Sea Maps: A Survey.", "Sea Maps -- A Survey"),
        ("M{\\o}ller and Stra{\\ss}e", "Møller and Straße"),
        ("\\c{C}a\\v{g}lar's Erd\\H{o}s", "Çağlar’s Erdős"),
        ("$\\mathcal{O}(n^2)$ Maps", "mathcal{O}(n^2) Maps"),
        ("$\\mathcal{O}(n^2)$ Maps", "O(n²) Maps"),
        ("1.45\\times Faster \\emph{Maps}", "1.45times Faster Maps"),
        ("1.45\\times Faster Maps", "1.45× Faster Maps"),
        ("$\\alpha$-Maps", "α-Maps"),
        ("ﬁne maps", "fine maps"),
    ],
)
def test_titles_that_differ_in_writing_alone_fold_to_one(one, other):
    assert fold_title(one) == fold_title(other)


@pytest.mark.parametrize(
    ("folded", "spellings"),
    [
        (
            "on2maps",
            [r"$\mathcal{O}(n^2)$ Maps", "mathcal{O}(n^2) Maps", "𝒪(n²) Maps", "O(n^2) maps"],
        ),
        (
            "akyureksmap",
            [r"Aky\"urek's Map", r"Aky{\"u}rek's Map", "Akyürek’s Map", "AKYU\u0308REK'S MAP"],
        ),
        (
            "145timesfaster",
            [r"$1.45\times$ Faster", r"1.45\times Faster", "1.45times Faster", "1.45× Faster"],
        ),
        (
            "alphamaps",
            [
                r"$\alpha$-Maps",
                r"\(\alpha\)-Maps",
                "alpha-Maps",
                "α-Maps",
                "𝛼-Maps",
                "$alpha$ Maps",
            ],
        ),
        (
            "1epsilonmaps",
            [r"$(1-\varepsilon)$-Maps", "(1-varepsilon)-Maps", "(1-ε)-Maps", "(1-ϵ)-maps"],
        ),
        ("bayesianmaps", ["{B}ayesian Maps", "{Bayesian} {Maps}", "Bayesian Maps"]),
        (
            "xandmaps",
            [
                r"\textbf{x} and \emph{Maps}",
                r"{\bf x} and {\em Maps}",
                "textbf{x} and emph{Maps}",
                "{bf x} and {em Maps}",
            ],
        ),
        ("50ofmaps", [r"50\% of Maps", "50% of Maps"]),
        (
            "mapsorchartsasurvey",
            [
                "``Maps'' or `Charts' -- A Survey",
                "“Maps” or ‘Charts’ – a survey",
                "\"Maps\" or 'Charts' — A Survey",
            ],
        ),
        (
            "mapsinrd",
            [r"Maps in $\mathbb{R}^d$", "Maps in mathbb{R}^d", "Maps in ℝᵈ", "Maps in R^{d}"],
        ),
        ("ell1balls", [r"$\ell_1$ Balls", "ell_1 Balls", "ell_{1} Balls", "ℓ₁ Balls", "ℓ1-balls"]),
        (
            "sqrtnleqmleqinfty",
            [r"$\sqrt{n} \leq m \leq \infty$", "sqrt{n} leq m leq infty", "√n ≤ m ≤ ∞"],
        ),
        (
            "sketchtomap",
            [
                r"Sketch $\rightarrow$ Map",
                r"Sketch$\to$Map",
                "Sketch rightarrow Map",
                "Sketch → Map",
                "Sketch-to-Map",
            ],
        ),
        ("sim20ofmaps", [r"$\sim$20% of Maps", "sim 20% of Maps", "∼20% of maps"]),
        ("methodmaps", [r"\method: Maps", r"{\method}: Maps", "method: Maps"]),
    ],
)
def test_a_title_is_one_however_it_is_written(folded, spellings):
    """The folded titles are pinned: where one changes after a release, raise `FOLDING`."""
    assert {title: fold_title(title) for title in spellings} == dict.fromkeys(spellings, folded)
    assert FOLDING == 2


def test_folding_what_is_legible_changes_nothing():
    for title in (
        r"$\mathcal{O}(n^2)$",
        "mathcal{O}",
        r"\L{}ukasz -- ``x''",
        "1.45times",
        "{it x}",
    ):
        assert fold_title(legible(title)) == fold_title(title)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("???", "!!!"),
        ("Maps 2", "Maps 3"),
        ("海の地図", "空の地図"),
        ("C", "C#"),
        ("Maps in $R^2$", "Maps in $R^3$"),
        (r"$\alpha$-Maps", r"$\beta$-Maps"),
        (r"$n \leq m$", r"$n \geq m$"),
        (r"$\mathcal{O}(n)$", r"$\Omega(n)$"),
        ("Three Times Maps", "Three Maps"),
    ],
)
def test_titles_that_differ_in_letters_stay_apart(one, other):
    assert (fold_title(one) == fold_title(other)) is (one == "C")


def test_keys_stand_strongest_first_and_always_end_with_the_title():
    listed = ListedPaper(title="Maps", position=1, arxiv_id="2407.21783", doi="10.1000/x")
    arxiv, doi, title = keys_of(listed)
    assert (arxiv, doi) == ("arxiv:2407.21783", "doi:10.1000/x")
    assert keys_of(ListedPaper(title="maps!", position=9)) == (title,)


@settings(deadline=None)  # the first title that looks like mojibake loads what mends it
@given(st.text())
def test_any_title_gives_a_key_and_a_page_name_safe_in_a_url(title):
    (key,) = keys_of(ListedPaper(title=title, position=1))
    slug = slug_of(key, title)
    assert slug.isascii()
    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_page_is_named_by_the_legible_title():
    title = r"$\mathcal{O}(n)$ Maps for Aky\"urek"
    assert slug_of("title:1", title).startswith("o-n-maps-for-akyurek-")


def test_a_page_name_of_an_arxiv_paper_is_its_id():
    assert slug_of("arxiv:2407.21783", "Maps") == "2407.21783"
    assert slug_of("arxiv:hep-th/9901001", "Maps") == "hep-th-9901001"
    assert "/" not in slug_of("doi:10.1000/x/../y", "Maps")
