"""Domains at which anybody has an address: they make nobody a colleague, and say nothing of who writes."""

import re

_TEXT = """
gmail.com googlemail.com icloud.com me.com mac.com aol.com fastmail.com fastmail.fm protonmail.com proton.me pm.me
web.de t-online.de freenet.de posteo.de mailbox.org arcor.de bluewin.ch orange.fr wanadoo.fr free.fr laposte.net
sfr.fr telefonica.net libero.it virgilio.it tiscali.it alice.it mail.com email.com zoho.com tutanota.com tuta.io
hey.com duck.com comcast.net verizon.net att.net sbcglobal.net btinternet.com sky.com virginmedia.com rediffmail.com
mail.ru bk.ru inbox.ru list.ru yandex.ru yandex.com ya.ru rambler.ru ukr.net qq.com foxmail.com 163.com 126.com
sina.com naver.com daum.net hanmail.net wp.pl o2.pl onet.pl interia.pl seznam.cz uol.com.br bol.com.br terra.com.br
"""
_NAMED = frozenset(_TEXT.split())
_FAMILIES = frozenset(
    {"outlook", "hotmail", "live", "msn", "yahoo", "ymail", "rocketmail", "gmx", "windowslive"}
)
"""These have a domain of their own in many countries: yahoo.co.uk, gmx.at, hotmail.fr."""
_NATIONAL = re.compile(r"(?:com?\.)?[a-z]{2,3}")


def is_public(domain: str) -> bool:
    """True for a mail provider that is open to everybody; `domain` is in lower case."""
    name, _, rest = domain.partition(".")
    return domain in _NAMED or (name in _FAMILIES and bool(_NATIONAL.fullmatch(rest)))
