"""What senders and models call files in order to reach others: 80 names and more, over a little world of files."""

import hashlib
import os
from base64 import b64encode
from pathlib import Path

TRAVERSAL = (
    *(
        "../secret",
        "../../secret",
        "..\\secret",
        "..\\..\\secret",
        "a/../../secret",
        "./../secret",
        "....//secret",
    ),
    *(
        "..;/secret",
        "%2e%2e%2fsecret",
        "..%2fsecret",
        "..%5csecret",
        "%252e%252e%252fsecret",
        "..%c0%afsecret",
    ),
    *(
        "../" * 40 + "etc/passwd",
        "sub/../../secret",
        ".../secret",
        "..\u2215secret",
        "..\u2044secret",
        "..\uff0fsecret",
    ),
    *("\uff0e\uff0e/secret", "\uff0e\uff0e\uff0fsecret", "..\u29f5secret", "..\uff3csecret", "\u2025/secret"),
    *(
        "..\x00/secret",
        "../secret\x00.pdf",
        "secret.pdf/../../../secret",
        "x/.",
        "x/..",
        "outbox/../../secret",
    ),
)
ABSOLUTE = (
    *(
        "/etc/passwd",
        "//etc/passwd",
        "/proc/self/environ",
        "/proc/self/fd/0",
        "/proc/self/cwd/secret",
        "/dev/stdin",
    ),
    *(
        "~/.ssh/id_rsa",
        "~root/.bashrc",
        "$HOME/.bashrc",
        "%USERPROFILE%\\x",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
    ),
    *(
        "C:\\Windows\\win.ini",
        "C:secret",
        "c:/secret",
        "\\\\server\\share\\x",
        "//server/share/x",
        "\\\\?\\C:\\x",
        "\\\\.\\NUL",
    ),
    *("http://127.0.0.1/secret", "data:text/plain,x", "\\secret"),
)
SPELLING = (
    *(
        "",
        ".",
        "..",
        "...",
        " ",
        "\t",
        "\n",
        ". ",
        ".. ",
        "secret.",
        "secret ",
        "secret. .",
        " secret",
        "-rf",
        "--help",
    ),
    *(
        "CON",
        "con.txt",
        "NUL",
        "NUL.pdf",
        "COM1",
        "LPT9.txt",
        "AUX.pdf",
        "CONIN$",
        "quote.pdf::$DATA",
        "quote.pdf:x.exe",
    ),
    *(
        "QUOTE.PDF",
        "Quote.pdf",
        "quote.pdf.",
        "quote.pdf ",
        "QUOTE~1.PDF",
        "qu\u00f6te.pdf",
        "quo\u0308te.pdf",
        "quote\u200b.pdf",
    ),
    *(
        "gpj.\u202eexe",
        "fdp.\u202egpj",
        "\u2066a\u2069.pdf",
        "quote.pdf\x00",
        "a\rb.pdf",
        "a\nb.pdf",
        "\x1b[31m.pdf",
    ),
    *(
        "x" * 300,
        "x" * 300 + ".pdf",
        "." * 300,
        "\u00e4" * 200 + ".pdf",
        "a/" * 200 + "b",
        "\ud800.pdf",
        "*",
        "?.pdf",
        "`id`",
        "$(id)",
    ),
)
PLANTED = (
    "link",
    "linkdir",
    "linkdir/secret",
    "dangling",
    "hard",
    "pipe",
    "sub",
    "sub/secret",
    "token-link",
    "loop",
)
"""What lies in the folder of `world`, put there by somebody else."""
NAMES = (*TRAVERSAL, *ABSOLUTE, *SPELLING)
PATHS = ("../../{0}", "/{0}", "..\\..\\{0}", "C:\\{0}", "a/../../{0}", "\x00/{0}")
HEADERS = (
    'attachment; filename="=?utf-8?q?..=2F..=2Fsecret?="',
    f'attachment; filename="=?utf-8?b?{b64encode(b"../../secret").decode()}?="',
    'attachment; filename="=?utf-8?q?=2Fetc=2Fpasswd?="',
    'attachment; filename="=?utf-8?q?a=00=2E=2E=2Fsecret?="',
    "attachment; filename*=utf-8''..%2F..%2Fsecret",
    "attachment; filename*=utf-8''%2Fproc%2Fself%2Fenviron",
    'attachment; filename*0="../"; filename*1="../"; filename*2="secret"',
    "attachment; filename*0*=utf-8''..%2F; filename*1*=..%2Fsecret",
    "attachment; filename*=utf-8''..%5C..%5Csecret",
    "attachment; filename*=utf-16''%2E%00%2E%00%2F%00secret",
    "attachment; filename*=utf-7''+AC4ALgAv-secret",
    'attachment; filename="..\\\\..\\\\secret"',
    "attachment; filename=../../secret",
    'attachment; filename="=?utf-8?q?gpj=2E=E2=80=AEexe?="',
    "attachment; filename*=utf-8''secret%00.pdf",
    'attachment; filename="=?utf-8?q?=EF=BC=8E=EF=BC=8E=EF=BC=8Fsecret?="',
)
"""Content-Disposition fields whose decoded name is a path (RFC 2047, RFC 2231)."""


def world(root: Path) -> Path:
    """A home with precious files around the folder that is returned, and traps in it."""
    folder = root / "home" / "outbox"
    (folder / "sub").mkdir(parents=True)
    for file in ("secret", "home/secret", "home/token.json", "home/outbox/sub/secret", "elsewhere/secret"):
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_bytes(b"precious " + file.encode())
    (folder / "quote.pdf").write_bytes(b"%PDF")
    (folder / "link").symlink_to(root / "secret")
    (folder / "token-link").symlink_to(root / "home" / "token.json")
    (folder / "linkdir").symlink_to(root / "elsewhere", target_is_directory=True)
    (folder / "dangling").symlink_to(root / "nobody")
    (folder / "loop").symlink_to(folder / "loop")
    os.link(root / "home" / "token.json", folder / "hard")
    os.mkfifo(folder / "pipe")
    return folder


def tree(root: Path) -> dict[str, tuple[int, str]]:
    """Every entry below a folder: its kind and mode, and the hash of its content or its target."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder, name)
            if path.is_symlink():
                content = f"-> {path.readlink()}".encode()
            else:
                content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(root))] = (path.lstat().st_mode, hashlib.sha256(content).hexdigest())
    return found
