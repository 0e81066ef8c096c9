"""Lines from words and breaks."""

from mailreeve.mail.layout import Lines


def test_white_space_is_one_space() -> None:
    """Also where it comes in pieces."""
    lines = Lines()
    for piece in (" a ", "\n b", "\u00a0c  "):
        lines.text(piece)
    lines.line()
    assert ["a b c"] == lines.done


def test_paragraphs_have_one_blank_line_between_them() -> None:
    """However many were asked for, and none at the start."""
    lines = Lines()
    lines.paragraph()
    lines.text("a")
    lines.paragraph()
    lines.hard_break()
    lines.text("b")
    lines.line()
    assert ["a", "", "b"] == lines.done


def test_preformatted_text_keeps_its_spaces() -> None:
    """And its lines."""
    lines = Lines()
    lines.text("a\n  b\n", pre=True)
    lines.line()
    assert ["a", "  b"] == lines.done


def test_quotes_are_marked_by_their_level() -> None:
    """As in plain text."""
    lines = Lines()
    lines.text("a")
    lines.quoted()
    lines.text("b")
    lines.quoted()
    lines.text("c")
    lines.line()
    assert ["a", "> b", ">> c"] == lines.done


def test_rows_of_short_cells_become_one_line() -> None:
    """Rows with a paragraph in a cell stay as they are."""
    lines = Lines(["head", "Tea", "$3"])
    lines.row([1, 2])
    assert ["head", "Tea | $3"] == lines.done
    lines.done += ["x", "y", "z"]
    lines.row([2, 4])
    assert ["head", "Tea | $3", "x", "y", "z"] == lines.done
