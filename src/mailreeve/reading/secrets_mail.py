"""Recognizes mails that are a secret as a whole: one-time codes, password resets, sign-in links.

They are sorted by rule and never shown to a model. The patterns err on the side of secrecy.
"""

import re
import unicodedata
from collections.abc import Sequence

from mailreeve.models import Archetype, DecidedBy, LabelSpec, Message, Priority, Verdict
from mailreeve.reading.labelset import LabelSet

_ALIKE = str.maketrans({"ı": "i", "ſ": "s", "ς": "σ", "\u0307": None})


def _low(text: str) -> str:
    """In lower case, letters of one kind as one: what `re.IGNORECASE` takes them for, at a third of its time."""
    return text.lower().translate(_ALIKE)


_CODE_WORDS = (
    r"(?:verification|security|log-?in|sign-?in|access|authentication|authorization|activation|"
    r"one[- ]time|single[- ]use|two[- ]factor|2fa|recovery|backup)[- ](?:code|pin|passcode|password|token)s?"
    r"|\bconfirmation code|\bpasscode|\bOTP\b|\b2FA code"
    r"|(?:best(?:ä|ae)tigungs|sicherheits|verifizierungs|einmal|anmelde|zugangs|freigabe|aktivierungs)-?"
    r"(?:code|passwort|kennwort|pin)|\b(?:SMS|m|push)?-?TAN\b"
    r"|code (?:de |d['’])(?:v[ée]rification|s[ée]curit[ée]|confirmation|connexion|acc[èe]s|validation)"
    r"|code (?:[àa] usage unique|temporaire)"
    r"|c[óo]digo (?:de )?(?:verificaci[óo]n|seguridad|acceso|confirmaci[óo]n|[úu]nico)"
    r"|contrase[ñn]a (?:de un solo uso|temporal)"
    r"|codice (?:di |d['’])?(?:verifica|sicurezza|accesso|conferma|autenticazione|attivazione|temporaneo|monouso)"
    r"|c[óo]digo (?:de )?(?:verifica[çc][ãa]o|seguran[çc]a|acesso|confirma[çc][ãa]o|autentica[çc][ãa]o|tempor[áa]rio)"
    r"|(?:verificatie|beveiligings|bevestigings|toegangs|inlog|aanmeld|activerings|eenmalige )-?code"
    r"|(?:verifierings|bekr[äa]ftelse|s[äa]kerhets|eng[åa]ngs|inloggnings)kod"
    r"|(?:bekr[æe](?:ft|f)telses|bekreftelses|sikkerheds|sikkerhets|engangs|verifi[ks]\w*|p[åa]loggings|innloggings|login)-?kode"
    r"|kod (?:weryfikacyjny|bezpiecze[ńn]stwa|autoryzacyjny|potwierdzaj[ąa]cy|jednorazowy|dost[ęe]pu|logowania)"
    r"|(?:ov[ěe][řr]ovac[íi]|bezpe[čc]nostn[íi]|p[řr]ihla[šs]ovac[íi]|potvrzovac[íi]|jednor[áa]zov[ýy]) k[óo]d"
    r"|(?:vahvistus|turva|kertak[äa]ytt[öo]|todennus|kirjautumis)koodi"
    r"|(?:ellen[őo]rz[őo]|meger[őo]s[íi]t[őo]|biztons[áa]gi|bel[ée]p[ée]si|egyszeri) ?k[óo]d"
    r"|cod(?:ul)? (?:t[ăa]u )?(?:de )?(?:verificare|securitate|confirmare|autentificare|acces)"
    r"|(?:do[ğg]rulama|g[üu]venlik|onay|giri[şs]|tek kullan[ıi]ml[ıi]k) (?:kod|[şs]ifre)\w*"
    r"|κωδικός (?:\w+ )?(?:επαλήθευσης|ασφαλείας|επιβεβαίωσης|μίας χρήσης)"
    r"|код (?:подтверждения|безопасности|доступа|проверки|авторизации|входа|для входа)|одноразовый (?:код|пароль)"
    r"|проверочный код|код (?:підтвердження|безпеки|доступу|перевірки|входу)"
    r"|(?:認証|確認|検証|セキュリティ|ワンタイム)(?:コード|番号|キー|パスワード)|验证码|校验码|动态码|安全码|驗證碼|認證碼"
    r"|(?:인증|확인|보안) ?(?:번호|코드)|رمز (?:التحقق|الأمان|التأكيد|الدخول)|קוד (?:ה)?(?:אימות|אבטחה|כניסה)"
    r"|सत्यापन कोड|ओटीपी|m[ãa] (?:x[áa]c (?:minh|nh[ậa]n|th[ựu]c)|otp)|kode (?:verifikasi|keamanan|konfirmasi)|รหัส(?:ยืนยัน| ?otp)"
    r"|\b(?:your|ihr|dein|votre|ton|tu|su|tuo|suo|seu|teu|je|uw|din|ditt|tw[óo]j) "
    r"(?:(?!promo|discount|coupon|voucher|gift|referral|order|booking|tracking|zip|post|area|door|dress|source|rabatt|gutschein)"
    r"[\w.]+ ){0,2}(?:code|codice|c[óo]digo|kode|kod|kód)\b(?=.{0,12}(?:\b(?:is|ist|lautet|est|es|to|är|er)\b|[èé]|:))"
)
_LOOKS_LIKE_A_CODE = (
    r"(?:(?:[A-Z]{1,3}-)?(?:\d{3}[ -]\d{3,4}|\d(?: \d){3,7}|\d\d(?:[ -]\d\d){2,3}|(?!(?:19|20)\d\d(?!\d))\d{4,8}"
    r"|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z\d]{6,8})|(?=[A-Z-]*\d)[A-Z\d]{3,4}-[A-Z\d]{3,4})"
)
_BEGIN, _END = r"(?<![A-Za-z\d_-])", r"(?![A-Za-z\d_-])"

CODE_NEAR = re.compile(
    rf"(?:{_CODE_WORDS}).{{0,90}}?{_BEGIN}(?-i:(?P<after>{_LOOKS_LIKE_A_CODE})){_END}"
    rf"|{_BEGIN}(?-i:(?P<before>{_LOOKS_LIKE_A_CODE})){_END}[^\d.]{{0,40}}?(?:{_CODE_WORDS}|is your \w* ?code\b)",
    re.IGNORECASE | re.DOTALL,
)
"""A code word and what looks like its code, which is the group `after` or `before`. Search in `folded` text."""

_RESET = re.compile(
    _low(
        r"(?:reset|recover|forgot(?:ten)?|set (?:up )?a new|create a new|choose a new) (?:\w+ ){0,3}password"
        r"|password (?:reset|recovery)"
        r"|passwort(?:s)? (?:\w+ ){0,2}(?:zur(?:ü|ue)cksetzen|vergessen)|neues passwort|kennwort zur(?:ü|ue)cksetzen"
        r"|passwort-?zur(?:ü|ue)cksetzung"
        r"|r[ée]initialis\w+ (?:\w+ ){0,3}mot de passe|mot de passe oubli[ée]|nouveau mot de passe"
        r"|(?:restablec\w+|recuper\w+|cambi\w+) (?:\w+ ){0,3}contrase[ñn]a"
        r"|(?:reimpost\w+|ripristin\w+|recuper\w+) (?:\w+ ){0,3}password|password dimenticata|reimpostazione"
        r"|(?:redefin\w+|repor|recuper\w+) (?:\w+ ){0,3}(?:senha|palavra-passe)|(?:senha|palavra-passe) esquecida"
        r"|(?:herstel|reset|wijzig) (?:\w+ ){0,2}wachtwoord|wachtwoord (?:\w+ ){0,3}(?:opnieuw|herstel\w*|resetten|vergeten|instellen)"
        r"|nieuw wachtwoord|[åa]terst[äa]ll\w* (?:\w+ ){0,2}l[öo]senord|gl[öo]mt l[öo]senord|nytt l[öo]senord"
        r"|nulstil\w* (?:\w+ ){0,2}adgangskode|tilbakestill\w* (?:\w+ ){0,2}passord"
        r"|(?:reset|resetow|zresetuj|przywr[óo][ćc]|odzysk)\w* (?:\w+ ){0,2}has[łl][oa]|(?:obnov|reset)\w* (?:\w+ ){0,2}hesl[oa]"
        r"|(?:palauta|vaihda|nollaa) (?:\w+ ){0,2}salasana\w*|salasanan (?:palautus|vaihto|nollaus)"
        r"|(?:şifre|parola)\w* (?:\w+ ){0,2}(?:sıfırla|yenile)\w*|(?:сброс|восстанов|скид|віднов)\w* (?:\w+ ){0,2}парол\w+"
        r"|パスワード.{0,6}(?:リセット|再設定|再発行)|(?:重置|重设|重設|找回).{0,6}密[码碼]|密[码碼]重[置设設]|비밀번호.{0,4}(?:재설정|초기화|찾기)",
    )
)
_SIGN_IN_LINK = re.compile(
    _low(
        r"magic link|(?:sign|log)[- ]?in link|link to (?:sign|log) in|anmelde-?link|login-?link|lien de connexion"
        r"|enlace de (?:acceso|inicio de sesi[óo]n)|link (?:di accesso|per (?:accedere|l['’]accesso))|link de (?:acesso|login)"
        r"|inloglink|aanmeldlink|inloggningsl[äa]nk|innloggingslenke|p[åa]loggingslenke|link (?:do )?logowania|odkaz pro p[řr]ihl[áa][šs]en[íi]"
        r"|ссылк\w+ для входа|ログイン(?:用)?リンク|マジックリンク|登录链接|登入連結|로그인 링크"
        r"|(?:verify|confirm) your e-?mail(?: address)?\b|activate your account|account (?:activation|recovery) link",
    )
)
_ANY_CODE = re.compile(rf"{_BEGIN}{_LOOKS_LIKE_A_CODE}{_END}")
_ANY_CODE_WORD = re.compile(_low(_CODE_WORDS))
_URL = re.compile(r"https?://", re.IGNORECASE)
_HEAD = 4000


class _Folding(dict[int, str]):
    """Each character as the plain one that it stands for: digits of every script, full-width and bold letters, dashes."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char)
        digit = unicodedata.digit(char, None)
        if digit is not None:
            plain = str(digit)
        elif unicodedata.category(char) == "Cf":
            plain = "\u200b"
        elif unicodedata.category(char) == "Pd" or char == "\u2212":
            plain = "-"
        self[code] = found = plain if len(plain) == 1 and (plain.isascii() or plain == "\u200b") else char
        return found


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The text in plain characters, as long as before, so that a place in it is the same place in the text."""
    return text if text.isascii() else text.translate(_FOLDING)


def is_secret_mail(message: Message) -> str:
    """Why this mail is a secret as a whole, in a few words; empty when it is not."""
    said = message.text.strip() or message.quoted  # a forward often has nothing else
    text = folded(f"{message.subject}\n{said[:_HEAD]}")
    short = len(said) < _HEAD
    if short and _may_hold_code(text) and CODE_NEAR.search(text):
        return "one-time code"
    if message.in_reply_to or not (message.links or _URL.search(text)):
        return ""
    near_the_top = _low(text[: len(message.subject) + 600])
    if _SIGN_IN_LINK.search(near_the_top) and short:
        return "sign-in link"
    return "password reset" if _RESET.search(near_the_top) and short else ""


def _may_hold_code(text: str) -> bool:
    """False where CODE_NEAR finds nothing for sure: its long list of words takes a while, lower case is faster."""
    if not _ANY_CODE.search(text):
        return False
    low = _low(text)
    return _ANY_CODE_WORD.search(low) is not None or "code" in low


def rule_verdict(message: Message, labels: Sequence[LabelSpec], why: str) -> Verdict:
    """The verdict on a secret mail, without repeating anything of its text."""
    label = LabelSet(labels).best(Archetype.NOTIFICATION)
    sender = message.author.name or message.author.domain or "an unknown sender"
    return Verdict(
        id=message.id,
        label=label,
        priority=Priority.NORMAL,
        needs_reply=False,
        summary=f"{why.capitalize()} from {sender[:80]}",
        confidence=1.0 if label else 0.0,
        reason=f"{why}: sorted by rule, kept from every model",
        by=DecidedBy.RULE,
        needs_human=not label,
        evidence=(f"rule: {why}",),
    )
