"""Style sheets."""

import pytest

from mailreeve.mail import css, html, selectors
from mailreeve.mail.css import Element, Sheet


def element(tag: str = "p", id_: str = "", classes: str = "", **attributes: str) -> Element:
    return Element(tag, id_, frozenset(classes.split()), {"class": classes, "id": id_, **attributes})


def shown(sheet: str, one: Element, *ancestors: Element, inline: str = "") -> str:
    made = Sheet()
    made.add(sheet)
    outer: Element | None = None
    for ancestor in (*ancestors, one):
        if outer is not None:
            ancestor.put_under(outer)
        outer = ancestor
    return made.style(one, inline)[0].get("display", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("display:none", {"display": "none"}),
        (" DISPLAY : None ; color:#FFF;", {"display": "none", "color": "#fff"}),
        (
            "background:url(data:image/png;base64,x);opacity:0",
            {"background": "url(data:image/png;base64,x)", "opacity": "0"},
        ),
        ("dis/**/play:x;display:/**/none", {"display": "none"}),
        (r"displa\79:none", {"display": "none"}),
        ("font:0/0 a;unknown:x", {"font": "0/0 a"}),
        ("display:none;display:block", {"display": "block"}),
        ("display", {}),
    ],
)
def test_declarations_are_read(text: str, expected: dict[str, str]) -> None:
    """Case, comments, escapes and semicolons in URLs."""
    assert expected == css.declarations(text)[0]


def test_important_is_told_apart() -> None:
    """With any white space."""
    assert ({"color": "red"}, {"display": "none"}) == css.declarations("display:none ! important;color:red")


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        ".a",
        "p.a",
        ".a.b",
        "#i",
        "*",
        "div .a",
        "div > p",
        "table div .a",
        '[class~="a"]',
        '[class*="a"]',
        "[id]",
        "x, .a",
    ],
)
def test_selectors_match(selector: str) -> None:
    """Tag, class, id, attribute, compound, descendant, child, lists."""
    one = element("p", "i", "a b")
    ancestors = (element("table"), element("div"))
    assert "none" == shown(f"{selector} {{display:none}}", one, *ancestors)


@pytest.mark.parametrize(
    "selector", ["div", ".c", "p#j", "div p .a", "table > p", "p:hover", "p::after", "p + p", "[class=x]"]
)
def test_other_selectors_do_not(selector: str) -> None:
    """What names something else, and what is only so at times."""
    one = element("p", "i", "a b")
    assert "" == shown(f"{selector} {{display:none}}", one, element("table"), element("div"))


def test_the_stronger_rule_wins() -> None:
    """Id over class over tag, later over earlier, the attribute over all, !important over that."""
    one = element("p", "i", "a")
    assert "block" == shown("#i{display:block} .a{display:flex} p{display:grid}", one)
    assert "flex" == shown(".a{display:block} .a{display:flex}", one)
    assert "table" == shown("#i{display:block}", one, inline="display:table")
    assert "block" == shown("p{display:block!important}", one, inline="display:table")
    assert "table" == shown("p{display:block!important}", one, inline="display:table!important")


@pytest.mark.parametrize(
    ("media", "counts"),
    [
        ("screen", True),
        ("all and (min-width:600px)", True),
        ("print, screen", True),
        ("only screen and (max-width: 600px)", False),
        ("print", False),
        ("not screen", False),
        ("(prefers-color-scheme: dark)", False),
        ("(prefers-color-scheme: light)", True),
        ("screen and (-webkit-min-device-pixel-ratio:0)", True),
        ("(min-resolution: 2dppx)", False),
        ("(400px <= width < 2000px)", True),
        ("(width < 600px)", False),
        ("not all and (max-width:600px)", True),
        ("(orientation: portrait)", False),
        ("(unheard-of: 1)", False),
    ],
)
def test_media_are_those_of_a_screen(media: str, counts: bool) -> None:
    """Some 1,000 pixels wide, in light colours; what follows the block is read in any case."""
    sheet = f"@media {media} {{ .a {{display:none}} .b {{display:block}} }} .c {{display:none}}"
    assert counts == (shown(sheet, element(classes="a")) == "none")
    assert "none" == shown(sheet, element(classes="c"))


def test_comments_and_other_at_rules_are_passed_over() -> None:
    """As mail programs write them."""
    sheet = "<!-- @import url(x); @font-face{src:url(y)} /* p{display:a} */ @charset 'x'; p{display:none} -->"
    assert "none" == shown(sheet, element())


@pytest.mark.parametrize("before", [2_001, css.RULES_LIMIT - 1])
def test_a_rule_behind_thousands_of_others_counts(before: int) -> None:
    """Up to the limit no rule is left out in silence: the last one may be the one that hides a text."""
    others = "".join(f".x{n}{{color:red}}" for n in range(before))
    assert "none" == shown(f"{others} p{{display:none}}", element())
    page = html.to_text(f"<style>{others}</style><style>p{{display:none}}</style><p>unseen</p><b>seen</b>")
    assert ("seen", ()) == (page.text, page.defects)


def test_more_rules_than_are_read_end_the_reading() -> None:
    """Nothing is shown that a rule behind the limit could hide, and the defect says so."""
    others = "".join(f".x{n}{{color:red}}" for n in range(css.RULES_LIMIT))
    with pytest.raises(css.TooComplex):
        Sheet().add(f"{others} p{{display:none}}")
    page = html.to_text(f"<style>{others} p{{display:none}}</style><p>unseen</p>")
    assert ("", ("the HTML is too complex: the rest was not read",)) == (page.text, page.defects)


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(f"{'b ' * 51} {{display:none}}", id="a selector of 51 parts"),
        pytest.param(
            f"{','.join(['b'] * 100)} {{ {','.join(['b'] * 100)} {{display:none}} }}", id="lists in lists"
        ),
        pytest.param(f"b {{{''.join(f'--v{n}:1;' for n in range(130))} display:none}}", id="130 variables"),
        pytest.param(f"b {{--a:none; display:var(--a, {'x' * 600})}}", id="a value of 600 characters"),
        pytest.param(
            f"b {{{''.join(f'--v{n}:var(--v{n + 1});' for n in range(20))} --v20:none; display:var(--v0)}}",
            id="twenty variables in a row",
        ),
        pytest.param(
            "".join(f"b {{{''.join(f'--v{m}{n}:1;' for n in range(110))}}}" for m in range(11))
            + "b{display:none}",
            id="1,210 variables",
        ),
    ],
)
def test_what_is_too_long_to_follow_ends_the_reading(sheet: str) -> None:
    """A browser follows it and hides the text, so it is not shown; it is no rule that counts for nothing."""
    page = html.to_text(f"<style>{sheet}</style><p>before<b>unseen")
    assert "unseen" not in page.text
    assert ("the HTML is too complex: the rest was not read",) == page.defects


def test_variables_that_go_in_a_circle_have_no_value() -> None:
    """As in a browser: the declaration counts for nothing."""
    page = html.to_text("<style>b{--a:var(--b);--b:var(--a);display:var(--a)}</style><b>seen</b>")
    assert ("seen", ()) == (page.text, page.defects)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a, b", ["a", "b"]),
        (":is(a, b) c,d", [":is(a, b) c", "d"]),
        ("[a=','] , [b=\"](\"]", ["[a=',']", '[b="]("]']),
        (".a\\,b,c", [".a\\,b", "c"]),
        (":is((a, b", [":is((a, b"]),
        ("a), b", ["a)", "b"]),
    ],
)
def test_a_list_is_parted_at_its_own_commas(text: str, expected: list[str]) -> None:
    """Not at those in brackets, strings and escapes."""
    assert expected == selectors.listed(text)


def test_nested_blocks_cost_what_is_written_and_not_its_square() -> None:
    """Each block would repeat the selectors around it: what is repeated in all has an end."""
    read: list[int] = []
    sheet = "".join(f"e{n}{'>a' * 30}{{b:c;p{{font:0/0 a}}" for n in range(9_000))
    with pytest.raises(css.TooComplex):
        read.extend(len(prelude) for prelude, _ in css._rules(sheet))
    assert sum(read) < 3 * css.SHEET_LIMIT


def test_blocks_without_selectors_repeat_nothing() -> None:
    """A hundred thousand of them in one another: they count for nothing, as in a browser."""
    nested = "a" * 19_000 + "{" * 100_000
    assert ["a" * 19_000] == [prelude for prelude, _ in css._rules(nested)]


def test_looking_up_variables_has_a_budget() -> None:
    """Thousands of elements with a chain of variables in every property end the reading."""
    style = "".join(f"{name}:var(--v0);" for name in ("color", "width", "height", "left", "top", "clip"))
    chain = "".join(f"--v{n}:var(--v{n + 1});" for n in range(9))
    page = html.to_text(f"<style>p{{{style}}}:root{{{chain}--v9:1}}</style>" + "<p>x" * 5_000 + "<p>last")
    assert "the HTML is too complex: the rest was not read" in page.defects
    assert "last" not in page.text


def test_a_sheet_made_to_be_slow_ends_the_reading() -> None:
    """Matching has a budget."""
    made = Sheet()
    made.add("b b b b p{display:none}" * 1_000)
    outer = element("i")
    for _ in range(1_000):
        inner = element("i")
        inner.put_under(outer)
        outer = inner
    last = element()
    last.put_under(outer)

    def read_on() -> None:
        for _ in range(1_000):
            made.style(last)

    with pytest.raises(css.TooComplex):
        read_on()
