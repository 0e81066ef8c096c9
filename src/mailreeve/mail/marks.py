"""The lines by which mail programs mark history, forwards and signatures, in the languages they speak."""

import re

_FLAGS = re.IGNORECASE

_VERBS = (
    r"wrote|writes|schrieb|a écrit|écrivit|escribió|escreveu|ha scritto|scrisse|schreef|skrev|kirjoitti|"
    r"napisała?(?:\(a\))?|nadesłał|написала?(?:\(а\))?|пишет|писала?|napsala?(?:\(a\))?|napísala?|írta|yazdı|"
    r"έγραψε|a scris|写道|寫道|書きました|님이 작성(?:하였습니다)?|đã viết|menulis|skrifaði|rašė|je napisao"
)
_OPENERS = (
    r"on|am|le|el|em|il|op|den|dne|dňa|dnia|w dniu|pada|på|mån|tis|ons|tor|fre|lör|sön|în|la|"
    r"at|from|in article|\w{1,12}[.,]*\s+\d{1,2}[.\s]|\d{1,4}[-./年 ]|(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s|\S+@\S+|[\"“']?\S+ \S+ <\S+@"
)
_FIELDS = {
    "from": r"from|von|de|da|van|från|fra|od|от|кому от|lähettäjä|发件人|發件人|差出人|보낸\s?사람|remitente|kimden|feladó",
    "date": r"sent|date|gesendet|datum|envoyé|enviado|fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano|odesláno|"
    r"отправлено|дата|lähetetty|发送时间|日期|送信日時|보낸\s?날짜|gönderildi|tarih",
    "to": r"to|an|à|para|a|aan|till|til|do|komu|кому|vastaanottaja|收件人|宛先|받는\s?사람|kime|címzett",
    "subject": r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|předmět|тема|aihe|主题|主旨|件名|"
    r"제목|konu|tárgy",
}

WROTE = re.compile(rf"(?:^|[\s>)\"'”/])(?:{_VERBS})[^:：]{{0,100}}[:：]\s*$", _FLAGS)
"""The last line of an attribution: "… wrote:"."""
OPENER = re.compile(rf"[\"“'*\s]*(?:{_OPENERS})", _FLAGS)
"""How the first line of an attribution starts."""
FIELD = re.compile(
    r"[*\s]{0,4}(?:"
    + "|".join(rf"(?P<{kind}>{words})" for kind, words in _FIELDS.items())
    + r")\s?\*?\s?[:：]",
    _FLAGS,
)
"""A line of the header block that Outlook and others put above the original."""
ORIGINAL = re.compile(
    r"[-_=\s*]{2,40}\s*(?:original\s?(?:message|nachricht|-nachricht|bericht|meddelelse|meddelande)|"
    r"ursprüngliche (?:nachricht|mail)|message d['’]origine|message original|mensaje original|mensagem original|"
    r"messaggio originale|oorspronkelijk bericht|oprindelig meddelelse|originalmeddelande|ursprungligt meddelande|"
    r"wiadomość oryginalna|původní zpráva|исходное сообщение|alkuperäinen viesti|原始邮件|元のメッセージ|원본 메[일세]지|"
    r"özgün ileti|reply message|reply above this line|antwort oberhalb)[-_=\s*]{0,60}$",
    _FLAGS,
)
FORWARD = re.compile(
    r"[-_=>\s*]{0,40}\s*(?:begin forwarded message|forwarded message|forwarded by|forwarded mail|weitergeleitete nachricht|"
    r"anfang der weitergeleiteten nachricht|message transféré|message réexpédié|début du message (?:transféré|réexpédié)|"
    r"mensaje reenviado|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd bericht|"
    r"vidarebefordrat meddelande|videresendt (?:meddelelse|melding)|przekazana wiadomość|přeposlaná zpráva|"
    r"пересылаемое сообщение|пересланное сообщение|välitetty viesti|转发的邮件|転送メッセージ|전달된 메[일세]지|iletilen ileti)"
    r"\b.{0,80}$",
    _FLAGS,
)
RULE = re.compile(r"\s*[_=-]{10,}\s*$")
"""A line across the page: above Outlook's header block, or above the footer of a mailing list."""
DASHES = re.compile(r"\s*(?:--|—|––|__)\s*$")
"""The signature delimiter (RFC 3676, 4.3) and what is typed for it."""
SENT_FROM = re.compile(
    r"[-\s*]{0,4}(?:sent (?:from|via|with|using) |get outlook for |gesendet (?:von|mit) |von meinem .{2,40} gesendet|"
    r"diese nachricht wurde von mein|envoyé (?:de|depuis|à partir) |enviado (?:desde|do|a partir) |inviato da|"
    r"verzonden (?:vanaf|met|via) |verstuurd vanaf |skickat från |sendt fra |wysłan[eo] z |odesláno z |отправлено (?:с|из) |"
    r"lähetetty |从我的.{0,30}发送|iPhoneから送信|내 .{1,30}에서 보냄|iphone'?(?:u|dan)|obtenir outlook pour|outlook für )",
    _FLAGS,
)
ANSWER_SUBJECT = re.compile(r"\s*(?:re|aw|sv|antw|odp|vs)(?:\s*\[\d{1,3}\])?\s*[:：]", _FLAGS)
FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|vb|fs|rv|i)\s*[:：]", _FLAGS)
