"""Words that tell kinds of mail apart, by topic: English first, then German, French and Spanish.

Each topic is one compiled pattern. The lists hold what people and shops write everywhere; names of products,
companies or people have no place here.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType


@cache
def topics() -> Mapping[str, re.Pattern[str]]:
    """Topic to pattern, for text in lower case; a match is a word or phrase as a whole.

    Read and compiled at first use. Lower case instead of IGNORECASE makes the patterns three times as fast.
    """
    phrases: dict[str, list[str]] = {}
    current: list[str] = []
    for line in Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"\[([a-z_]+)\]", line):
            current = phrases.setdefault(heading[1], [])
        elif line and not line.startswith("#"):
            current.append(line)
    # no phrase begins elsewhere, and asking so first spares a hostile text of punctuation the long list
    start = r"(?<!\w)(?=[\w$€£#:;<(])"
    return MappingProxyType(
        {name: re.compile(rf"{start}(?:{'|'.join(words)})(?!\w)") for name, words in phrases.items()}
    )


QUESTION_TO_YOU = re.compile(
    r"\b(?:you|your|ya|u|we|us|everyone|anyone|sie|ihnen|ihr\w*|du|dir|dich|euch|wir|uns|vous|votre|vos|tu|te|toi|nous|on|usted(?:es)?|le|nos|puedes?|podemos|tienes?)\b"
    r"|(?:^|[,;:–—-] )(?:what|when|where|which|who|why|how|any|shall|should|is|are|do|does|did|can|could|would|will|has|have|was|wann|wo|wie|was|wer|ist|sind|kann|quand|o[ùu]|comment|est-ce|qu[ée]|cu[áa]ndo|d[óo]nde|c[óo]mo)\b",
    re.IGNORECASE,
)
NO_REPLY_SENDER = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|noreply|mailer[-_.]?daemon|postmaster|bounces?|notifications?|notify|alerts?|updates?|"
    r"auto(?:mated|mailer|confirm)?|system|robot|daemon|root|cron|nagios|jenkins|jira|github|gitlab|account(?:s|-security\w*)?|"
    r"security(?:-noreply)?|receipts?|orders?|order-update|shipment-tracking|invoices?|billing|statements?|confirmations?|"
    r"calendar-notification|feedback|mailing|rss(?:-?feeds?)?|feeds?|rss2email|drive-shares\S*|versand|rechnung(?:en)?|bestellung(?:en)?)(?:[-_+.]\S*)?$"
    r"|(?:^|[-_.+])(?:no-?reply|bot|automation|notifications?|alerts?)(?:[-_.+]|$)",
    re.IGNORECASE,
)
BULK_SENDER = re.compile(
    r"^(?:news(?:letters?)?|marketing|promo(?:tions?)?|offers?|deals?|sales|hello|hi|team|digest|weekly|daily|editor(?:ial)?|e?-?mail(?:ing)?|info|contact|community|events?|shop|store|reservations?|bookings?|appointments?|tickets?|termine|kundenservice|support|customercare|redaktion|tracking|"
    r"angebote?|aktion(?:en)?|service|customer\.?(?:service|relations|care))(?:[-_+.]\S*)?$",
    re.IGNORECASE,
)
_FREE_MAIL_TEXT = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com
me.com mac.com aol.com fastmail.com fastmail.fm protonmail.com proton.me pm.me gmx.de gmx.net gmx.at
gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net
sfr.fr hotmail.fr yahoo.fr hotmail.es yahoo.es telefonica.net mail.com zoho.com tutanota.com tuta.io
hey.com duck.com comcast.net verizon.net btinternet.com sky.com
"""
FREE_MAIL = frozenset(_FREE_MAIL_TEXT.split())
_ODD_TLD_TEXT = """
biz top xyz club click link work loan win bid date download review stream gdn ru cc ml ga cf tk icu
buzz rest info
"""
ODD_TLD = frozenset(_ODD_TLD_TEXT.split())
