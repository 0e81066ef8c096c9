"""doctor."""

from typing import TYPE_CHECKING

import click

from mailreeve.cli.face import Face, json_option, print_json
from mailreeve.cli.text import safe
from mailreeve.config import home_folder
from mailreeve.service import doctor as use
from mailreeve.service.answers import DoctorAnswer

if TYPE_CHECKING:
    from rich.console import Console


@click.command()
@click.option("--llm", "ask_model", is_flag=True, help="Also ask the model one small question; costs tokens.")
@json_option
@click.pass_obj
def doctor(face: Face, ask_model: bool, as_json: bool) -> int:
    """Check everything that Mailreeve needs, and say how to mend what is wrong. Changes nothing."""
    home = home_folder() / "demo" if face.demo else home_folder()
    answer = use.doctor(home, lambda: face.app, account=face.account, ask_model=ask_model)
    if as_json:
        print_json(answer)
    else:
        _told(face.console, answer)
    return 0 if answer["ok"] else 1


def _told(console: "Console", answer: DoctorAnswer) -> None:
    """One line a check; what is wrong is followed by how to mend it."""
    for check in answer["checks"]:
        mark, style = ("ok  ", "green") if check["ok"] else ("FAIL", "bold red")
        console.print(mark, style=style, end="  ", soft_wrap=True)
        console.print(f"{check['name']}: {safe(check['detail'])}", soft_wrap=True)
        if not check["ok"]:
            console.print(f"      -> {safe(check['fix'])}", soft_wrap=True)
    failed = sum(not check["ok"] for check in answer["checks"])
    console.print(f"{failed} to mend." if failed else "All in order.")
