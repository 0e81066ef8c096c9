"""Attachments are saved in one folder under our names."""

from pathlib import Path

import pytest

from mailreeve.attachments.jail import save
from mailreeve.errors import InputError
from mailreeve.platform import IS_WINDOWS

HOSTILE = [
    "../../.bashrc",
    "..\\..\\x.txt",
    "/etc/passwd",
    "C:\\Windows\\x.pdf",
    "a\x00b.pdf",
    "." * 300,
    "..",
    ".",
    "",
    "x" * 300 + ".pdf",
    "invoice.pdf ",
    "gpj.\u202eexe",
    "CON",
    "a.pdf/../../b",
    "~/.ssh/id_rsa",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """The sender's name is data: the file lies in the folder and nothing else is written."""
    file = save(tmp_path / "jail", name, b"content")
    assert tmp_path / "jail" == file.parent
    assert [file] == [path for path in tmp_path.rglob("*") if path.is_file()]
    assert b"content" == file.read_bytes()


def test_a_known_ending_is_kept_and_others_are_not(tmp_path: Path) -> None:
    """A PDF opens as a PDF; a program never looks like one."""
    assert [".pdf", ".bin", ".bin"] == [
        save(tmp_path, name, b"x").suffix for name in ("a.PDF", "a.exe", "a.sh")
    ]


@pytest.mark.skipif(IS_WINDOWS, reason="symbolic links need rights there")
def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """Whoever can write into the folder cannot make us write elsewhere."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    first = save(tmp_path / "jail", "a.txt", b"content")
    first.unlink()
    first.symlink_to(victim)
    with pytest.raises(InputError, match="taken"):
        save(tmp_path / "jail", "a.txt", b"content")
    assert b"precious" == victim.read_bytes()


def test_saving_twice_is_one_file(tmp_path: Path) -> None:
    """The same bytes have the same name."""
    assert save(tmp_path, "a.txt", b"x") == save(tmp_path, "b.txt", b"x")
