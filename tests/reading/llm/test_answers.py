"""A model's text either is one JSON object or says why it is none."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailreeve.errors import ReaderAnswerInvalid
from mailreeve.reading.llm.answers import MAX_CHARS, json_object


@pytest.mark.parametrize(
    "text",
    [
        '{"label": "fyi"}',
        '  \n{"label": "fyi"}\n',
        '```json\n{"label": "fyi"}\n```',
        'Here it is:\n{"label": "fyi"}\nAnything else?',
        '<think>Perhaps {"label": "urgent"}? No.</think>\n{"label": "fyi"}',
    ],
)
def test_one_object_is_found(text: str) -> None:
    """Bare, fenced, with words around it or after a thinking block."""
    assert {"label": "fyi"} == json_object(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("I would say it is urgent.", "no JSON object"),
        ('["label"]', "no JSON object"),
        ('{"label": "fyi"', "not JSON"),
        ("{'label': 'fyi'}", "not JSON"),
        ('{"label": "fyi"} {"label": "urgent"}', "more than one"),
        ('{"label": "urgent"}\n\nFinal answer:\n{"label": "fyi"}', "more than one"),
        ('{"label": "fyi", "label": "urgent"}', "key twice"),
        ('{"a": {"b": 1, "b": 2}}', "key twice"),
        ('{"confidence": NaN}', "NaN"),
        ('{"confidence": -Infinity}', "Infinity"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, "characters long"),
        ('{"a":' * 5_000 + "1" + "}" * 5_000, "nested"),
        ('{"n": ' + "9" * 20_000 + "}", "not JSON"),
        ('{"x": "' + "y" * MAX_CHARS + '"}', "characters long"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    """No guess, no repair, no first-of-many."""
    with pytest.raises(ReaderAnswerInvalid, match=why):
        json_object(text)


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever a model writes, the outcome is an object or one kind of error."""
    try:
        assert isinstance(json_object(text), dict)
    except ReaderAnswerInvalid:
        return


@given(
    st.dictionaries(
        st.text(max_size=8), st.one_of(st.integers(), st.booleans(), st.text(max_size=20)), max_size=5
    )
)
def test_what_is_an_object_comes_back_whole(value: dict[str, object]) -> None:
    """Reading gives back what was written, unless a value holds an opening brace behind the object."""
    assert value == json_object(json.dumps(value))
