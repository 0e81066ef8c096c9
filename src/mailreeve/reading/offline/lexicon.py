"""Words that tell kinds of mail apart, by topic: English first, then German, French and Spanish.

Each topic is one compiled pattern. The lists hold what people and shops write everywhere; names of products,
companies or people have no place here.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_TOPICS: dict[str, str] = {
    "urgent": r"urgent(?:ly)?|asap|as soon as possible|critical(?:ly)?|emergency|immediate(?:ly)?|right away|top priority|"
    r"time[- ]sensitive|blocking|blocker|show[- ]?stopper|outage|(?:is|are|went|system) down|escalat\w+|sev ?[01]|p[01]\b|"
    r"not a drill|drop everything|without delay|final notice|last reminder|overdue|"
    r"dringend|eilt|eilig|sofort(?:ige\w*)?|umgehend|schnellstm(?:ö|oe)glich|unverz(?:ü|ue)glich|notfall|ausfall|letzte mahnung|"
    r"d[èe]s que possible|imm[ée]diat\w*|d'urgence|au plus vite|urgence|lo antes posible|cuanto antes|inmediat\w*|urgencia",
    "soon": r"(?:by|before|until|due) (?:the )?(?:end of (?:the |this )?(?:day|business)|eod|cob|eob|noon|midnight|tonight|today|"
    r"tomorrow|\d{1,2}(?::\d\d)? ?(?:am|pm|h\b|o'clock|[ap]\.m)|\d{1,2}:\d\d)|within (?:the )?(?:next )?(?:\d+|one|two|three|an?|few|couple of) hours?|"
    r"\b(?:eod|cob)\b|end of day|(?:in|next) (?:\d+|two|three) hours|\d ?pm today|this (?:morning|afternoon|evening)|today by|need(?:ed|s)? today|"
    r"bis heute|noch heute|heute noch|bis morgen|bis (?:\d{1,2}(?::\d\d)? ?uhr)|innerhalb (?:von )?(?:\w+ )?stunden|"
    r"avant (?:ce soir|midi|demain|\d{1,2} ?h)|d'ici (?:ce soir|demain|midi)|aujourd'hui m[êe]me|"
    r"antes de (?:hoy|ma[ñn]ana|las \d)|hoy mismo|para hoy",
    "deadline": r"deadline|due (?:date|by|on|in|this|next|tomorrow|today)|is due|no later than|at the latest|by (?:the )?"
    r"(?:(?:end of )?(?:this |next )?(?:week|month|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d{1,2}(?:st|nd|rd|th)|\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))\w*|"
    r"before (?:mon|tues|wednes|thurs|fri|satur|sun)day|expir(?:es|ing|ed)|(?:closes|ends|lapses) (?:on|at|in|today|tomorrow|this)|"
    r"rsvp by|must be (?:completed|submitted|received|paid)|will be (?:suspended|cancelled|closed|deactivated)|suspended on|"
    r"frist|f(?:ä|ae)llig|sp(?:ä|ae)testens|stichtag|abgabe(?:termin)?|bis (?:zum|n(?:ä|ae)chste|ende|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|\d)|l(?:ä|ae)uft .{0,20}ab|"
    r"date limite|[ée]ch[ée]ance|au plus tard|avant le|d'ici (?:le|lundi|mardi|mercredi|jeudi|vendredi)|expire|"
    r"fecha l[íi]mite|plazo|vence|a m[áa]s tardar|antes del|vencimiento|caduca",
    "security": r"(?:new|unusual|suspicious|unrecogni[sz]ed|failed) (?:sign|log)[- ]?ins?|sign[- ]?in (?:attempt|from|detected)|security (?:alert|notice|code|warning|advisory|incident)|"
    r"unauthori[sz]ed|password (?:was |has been )?(?:changed|reset|expires?)|two[- ]factor|2fa|data breach|breach|compromised|vulnerabilit\w+|"
    r"account (?:was |has been |is )?(?:locked|suspended|accessed|disabled)|new device|recovery (?:e-?mail|phone)|access token|ssh key|"
    r"neue anmeldung|sicherheits(?:warnung|hinweis|code|meldung)|passwort (?:wurde )?ge(?:ä|ae)ndert|konto (?:wurde )?gesperrt|"
    r"alerte de s[ée]curit[ée]|nouvelle connexion|mot de passe (?:a [ée]t[ée] )?modifi[ée]|compte (?:a [ée]t[ée] )?(?:bloqu|suspend)\w+|"
    r"alerta de seguridad|nuevo inicio de sesi[óo]n|contrase[ñn]a (?:ha sido )?(?:cambiada|modificada)|cuenta (?:ha sido )?(?:bloqueada|suspendida)",
    "promotion": r"\d{1,2} ?% (?:off|discount|rabatt|de r[ée]duction|de descuento|sparen)|(?:flash|summer|winter|spring|autumn|holiday|clearance|black friday|cyber monday|final) (?:sale|deals?)|"
    r"(?:special|exclusive|limited[- ]time|introductory|launch) (?:offers?|deals?|pricing|rates?|discounts?|promotion)|promo(?:tion|tional)?\b|coupons?|vouchers?|discount(?:s|ed)?\b|"
    r"save (?:up to|big|\d|\$|€|£)|shop (?:now|the)|buy (?:now|one)|order now|free (?:shipping|trial|gift|delivery)|don't miss|last chance|hurry|while (?:stocks?|supplies) last|"
    r"best (?:prices?|deals?|offers?)|special savings|(?:lowest|great|unbeatable|affordable|cheap|low) (?:prices?|rates?|costs?)|new arrivals?|picked (?:just )?for you|sponsorship (?:tier|package|slot)|premier sponsor|"
    r"click (?:here|below)|act now|offer (?:ends|expires|inside)|limited (?:spots|seats|availability|time)|exclusive(?:ly)? (?:for|access|invite)|upgrade (?:now|today)|membership|loyalty|reward points?|gift cards?|money[- ]back|satisfaction guarantee\w*|"
    r"rabatt\w*|angebote?\b|gutschein\w*|aktion(?:scode|spreis)?|jetzt (?:sichern|kaufen|bestellen|sparen|shoppen)|nur (?:noch )?(?:heute|kurze zeit)|versandkostenfrei|schn(?:ä|ae)ppchen|sparen sie|"
    r"soldes|promotions?|r[ée]duction|offre (?:sp[ée]ciale|exclusive|limit[ée]e)|profitez|livraison (?:offerte|gratuite)|code promo|"
    r"oferta\w*|descuento\w*|rebajas|env[íi]o gratis|aprovecha|compra ahora|c[óo]digo promocional",
    "spam": r"viagra|cialis|vi ?codin|xanax|valium|pharmac(?:y|ies)|prescription|medications?|\bmeds\b|weight loss|rolex|replicas?|designer watches|casino|lottery|jackpot|"
    r"million (?:usd|dollars|euros?)|inheritance|beneficiary|next of kin|wire transfer|processing fee|nigerian|"
    r"you (?:have been|were|are) (?:selected|chosen|pre-?approved)|congratulations!?,? you|have won|winner|bad credit|mort?gage|refinanc\w+|low interest|(?:home|personal) loans?|"
    r"make money|extra income|work from home|bitcoin (?:profit|doubl)|crypto (?:profit|invest)\w*|investment opportunity|get rich|risk[- ]free|no questions asked|no obligation|"
    r"penis|sex(?:ual|y)?\b|erection|erectile|nude|naked|porn\w*|striptease|hot girls|lonely|hair loss|"
    r"gewinnspiel|gewonnen|erbschaft|lotterie|h[ée]ritage de|loterie|gagn[ée]|loter[íi]a|herencia|ha ganado|this e ?-? ?mail message is an advertisement",
    "phishing": r"(?:verify|confirm|update|validate|restore|reactivate|unlock) (?:your |ur )?(?:\w+ ){0,2}(?:account|identity|information|details|password|payment|billing|mailbox|access)|"
    r"account (?:access )?(?:will be |has been |is |was )?(?:suspended|limited|locked|deactivated|terminated|restricted)|unusual activity|"
    r"click (?:here|the link|below|b4) .{0,30}(?:verify|confirm|restore|avoid|secure|settle|before)|(?:password|mailbox|storage) (?:will expire|is full|expires)|banking details|card n(?:umber|o)|passport copy|"
    r"legal action|funds (?:are|will be) frozen|gift cards? .{0,30}(?:codes?|scratch)|are you (?:available|at your desk).{0,40}\?|change (?:of|our|my|the) (?:bank|account|payment) details|new bank details|"
    r"konto (?:best(?:ä|ae)tigen|verifizieren|gesperrt)|daten (?:best(?:ä|ae)tigen|aktualisieren)|neue bankverbindung|paket .{0,30}zoll\w*geb(?:ü|ue)hr|"
    r"v[ée]rifi(?:er|ez) votre (?:compte|identit[ée])|compte (?:suspendu|bloqu[ée])|confirm(?:ez|er) vos (?:donn[ée]es|informations)|"
    r"verifi(?:que|car) su (?:cuenta|identidad)|cuenta (?:suspendida|bloqueada)|actualice sus datos",
    "injection": r"(?:ignore|disregard|forget) (?:all |any |your |the )*(?:previous|prior|above|earlier) (?:instructions?|rules|prompts?)|"
    r"(?:note|message|instructions?) (?:to|for) (?:the |an? |any )?(?:ai|assistant|language model|llm)|as an ai (?:assistant|model)|you are (?:now )?an? (?:ai|assistant|e-?mail assistant)|system prompt|"
    r"(?:ai|e-?mail) assistants?(?: reading this)?[:,]? (?:please|must|should|you)|<\/?(?:information|system|instructions?)>|forward (?:all|every|this|the) (?:\w+ ){0,4}(?:e-?mails?|messages?|inbox|threads?) to|"
    r"ignoriere (?:alle |die )?(?:vorherigen|bisherigen) anweisungen|ignore[zr] (?:toutes )?les instructions|ignora las instrucciones",
    "newsletter": r"newsletter|weekly (?:digest|update|round-?up|edition)|daily (?:digest|brief(?:ing)?)|monthly (?:digest|update|edition)|this week in|issue (?:#|no\.? ?)\d+|edition|"
    r"(?:read|view) (?:more|the full (?:story|article|post)|online|in (?:your )?browser)|top stories|in this issue|editor's|our blog|new (?:post|episode|article)|round-?up|curated|"
    r"rundbrief|diese woche|ausgabe \d+|weiterlesen|mehr lesen|infolettre|lettre d'information|cette semaine|lire la suite|bolet[íi]n|esta semana|leer m[áa]s",
    "receipt": r"receipts?|(?:your|tax|sales) invoices?|invoice (?:#|no|number|attached|for|is|from|\d)|order (?:#|no|number|confirm\w+|summary|details|has|placed|received)|your order|(?:thank you|thanks) for (?:your )?(?:order|purchase|payment|booking)|"
    r"payment (?:received|confirm\w+|successful|of|processed|receipt)|(?:you paid|amount paid|total paid|order total|subtotal)|booking (?:confirm\w+|reference|number)|(?:has|have) (?:been )?shipped|shipping confirmation|"
    r"out for delivery|delivered|tracking number|package|e-?ticket|boarding pass|itinerary|reservation (?:confirm\w+|number)|refund(?:ed)?|subscription (?:renew\w*|confirm\w+)|billing statement|statement is ready|"
    r"rechnung(?:s\w*)?|quittung|bestell(?:ung|best\w+|nummer)|zahlung(?:seingang|sbest\w+)?|ihre bestellung|versand(?:best\w+|t)?|sendung\w*|lieferung|buchungs\w+|gutschrift|"
    r"factur[ea]s?|re[çc]us? (?:de|pour)|votre (?:commande|achat|r[ée]servation|billet)|paiement|confirmation de (?:commande|r[ée]servation)|exp[ée]di[ée]\w*|livraison|"
    r"recibos?|su (?:pedido|compra|reserva)|pago (?:recibido|confirmado)|n[úu]mero de pedido|confirmaci[óo]n de (?:pedido|reserva|compra)|env[íi]o",
    "notification": r"(?:has|have) (?:been )?(?:assigned|commented|mentioned|shared|invited|requested|merged|pushed|opened|closed|updated|completed|failed|approved|deployed|published)|mentioned you|commented on|assigned (?:to )?you|"
    r"new (?:comment|message|follower|activity|notification|login|sign-?in|connection|reply|issue|task)|build (?:failed|passed|succeeded|#)|pipeline|pull request|merge request|deploy(?:ed|ment)|status (?:page|changed|report)|"
    r"monitor\w*|incident (?:resolved|update|report)|backup (?:completed|failed)|automated (?:message|status|e-?mail|check)|this is an automat\w+|scheduled maintenance|maintenance window|reminder:|storage (?:almost|is) |quota|expires soon|usage report|weekly report|summary is ready|is ready to view|"
    r"terms (?:of service|and conditions|have)|privacy (?:policy|notice)|policy update|no-?reply|"
    r"benachrichtigung|automatisch (?:erstellt|generiert|versandt)|wartungs\w+|neue nachricht|hat (?:sie|dich) erw(?:ä|ae)hnt|nutzungsbedingungen|"
    r"notification|message automatique|maintenance programm[ée]e|nouveau (?:message|commentaire)|conditions d'utilisation|"
    r"notificaci[óo]n|mensaje autom[áa]tico|nuevo (?:mensaje|comentario)|t[ée]rminos (?:de servicio|y condiciones)",
    "calendar": r"invitation:|updated invitation|accepted:|declined:|tentative:|cancell?ed(?: event)?:|calendar invit\w+|meeting invit\w+|(?:has )?invited you to|invite you to (?:a|the|our) (?:meeting|call)|event (?:reminder|starts|details)|"
    r"join (?:the )?(?:meeting|call|zoom|teams|google meet)|meeting (?:id|link|reminder|rescheduled)|reschedul\w+|appointment (?:is |has been )?(?:confirm\w+|reminder|scheduled|on|at|moved)|your appointment|(?:save the date)|"
    r"terminein?ladung|einladung:|besprechungsanfrage|zugesagt:|abgesagt:|termin (?:best\w+|verschoben|erinnerung|am)|ihr termin|"
    r"invitation (?:à|:)|rendez-vous|r[ée]union (?:report[ée]e|annul[ée]e|confirm[ée]e)|votre rendez-vous|invitaci[óo]n:|cita (?:confirmada|el)|su cita|reuni[óo]n (?:aplazada|cancelada|confirmada)",
    "scheduling": r"(?:does|would|do) (?:\w+ ){1,5}work(?: for (?:you|everyone|both))?|works? for (?:me|you)|are you (?:free|available|around|still|up for)|find (?:a )?time|what (?:time|day)s? (?:works?|suits?)|(?:can|could|shall|should) we (?:meet|talk|move|reschedule|sync|catch up|push|hop)|"
    r"your availability|let me know (?:what|when|which|if) .{0,30}works?|slot \d|propose(?:d)? (?:time|slot|date)|"
    r"passt (?:es |dir |ihnen |euch )|h(?:ä|ae)tte[nst]* (?:sie|du|ihr) zeit|k(?:ö|oe)nnen wir (?:uns )?(?:treffen|verschieben|telefonieren)|terminvorschlag|wann (?:passt|hast|h(?:ä|ae)tten)|"
    r"(?:seriez|[êe]tes)[- ]vous (?:disponible|libre)|[çc]a te va|vous convien\w+|te convien\w+|disponibilit[ée]s|tiene[ns]? (?:tiempo|disponibilidad)|te va bien|le viene bien|cu[áa]ndo (?:puedes|podemos)",
    "personal": r"birthday|wedding|dinner|lunch|barbecue|bbq|party|weekend|vacation|holiday(?:s)? (?:plans|photos|pics)|road ?trip|camping|hik(?:e|ing)|beach|picnic|game night|movie|concert|coffee|drinks|catch[- ]?up|"
    r"mom|mum|dad|grandma|grandpa|granny|aunt|uncle|cousin|sister|brother|kids?|baby|daughter|son\b|wife|husband|family|reunion|school (?:pick|run|play)|pick[- ]?up (?:schedule|max|the kids)|pickup|babysit\w*|"
    r"miss(?:ed)? you|love you|hugs|xoxo|so excited|can't wait|how (?:are|have) you(?: been)?|photos? (?:from|of)|congrats on|thinking of you|get well|recipe|graduation|"
    r"geburtstag|hochzeit|abendessen|grillen|feier|wochenende|urlaub|ferien|oma|opa|mama|papa|tante|onkel|schwester|bruder|kinder|familie|vermisse|liebe gr(?:ü|ue)(?:ß|ss)e|kuss|bussi|"
    r"anniversaire|mariage|d[îi]ner|week-?end|vacances|maman|tante|oncle|s(?:œ|oe)ur|fr[èe]re|enfants|famille|bisous?|gros bisous|"
    r"cumplea[ñn]os|boda|cena|fin de semana|vacaciones|mam[áa]|abuel[oa]|t[íi][oa]\b|herman[oa]|ni[ñn]os|familia|besos|te extra[ñn]o",
    "cold": r"(?:i(?:'d| would)? (?:love|like)|wanted) to (?:introduce|connect|reach out|show you|personally invite)|(?:quick|brief|short|15[- ]?min(?:ute)?|20[- ]?min(?:ute)?|30[- ]?min(?:ute)?) (?:call|chat|demo|intro|conversation)|book a (?:demo|call|time)|"
    r"i (?:noticed|saw|came across|stumbled|found) (?:that |on |your |you )|our (?:platform|solution|software|agency|clients|tool(?:kit)?|suite) (?:helps?|has|can|have|is|are|saves?)|we help (?:companies|teams|businesses|brands|you)|companies like (?:yours|you)|"
    r"increase (?:your )?(?:sales|revenue|roi|traffic|conversions?)|lead gen\w*|seo|guest post|link exchange|backlinks?|worth (?:a|exploring)|circl(?:e|ing) back|bumping this|just following up on my (?:last|previous)|did you (?:get|see) my (?:last|previous)|"
    r"are you the right person|right person to (?:talk|speak)|who (?:handles|is in charge)|open to (?:a|learning|exploring|new opportunities)|exciting (?:opportunity|role)|your profile|perfect fit|recruiter|case stud(?:y|ies)|free (?:audit|consultation)|partnership opportunity|"
    r"ich bin auf (?:ihr|sie)|wir helfen unternehmen|kurzes? (?:gespr(?:ä|ae)ch|telefonat)|unverbindlich\w*|neukunden|j'ai (?:vu|d[ée]couvert) votre|nous aidons les entreprises|court [ée]change|he visto (?:su|tu) (?:perfil|empresa|web)|ayudamos a empresas|breve llamada",
    "waiting": r"(?:i(?:'ll| will)|we(?:'ll| will)) (?:get back to|let you know|update you|follow up|confirm|come back to|send (?:you|it|the|final|over)|share)|under review|being (?:reviewed|processed)|we(?:'re| are) (?:working|looking) (?:on|into)|(?:has|have) received your (?:request|application|message|inquiry|ticket)|"
    r"your (?:request|ticket|application|case) (?:#?\w+ )?(?:has been|was|is) (?:received|opened|created|registered)|in the queue|get back to you|will be in touch|allow \d+|"
    r"ich melde mich|wir melden uns|in bearbeitung|wird gepr(?:ü|ue)ft|ihre anfrage ist eingegangen|je reviens vers vous|nous reviendrons vers vous|en cours de traitement|votre demande a (?:bien )?[ée]t[ée]|le (?:avisar[ée]|informaremos)|nos pondremos en contacto|en tr[áa]mite|hemos recibido su",
    "fyi": r"\bfyi\b|for your (?:information|awareness|records|reference)|no (?:immediate )?(?:action|reply|response)(?: is| was| are)? (?:required|needed|necessary)|no need to (?:reply|respond|do)|nothing (?:is )?(?:needed|required) from you|no action required|"
    r"heads[- ]?up|just (?:so you know|wanted to (?:share|let you know|flag|update|say))|status update|quick update|informational|wanted to (?:share|give you|let you know)|sharing (?:the|this|key|a|some)|(?:meeting )?(?:minutes|notes) (?:from|of|attached)|thought you'd (?:want|like)|keeping you (?:posted|in the loop)|"
    r"remain(?:s)? on (?:track|schedule)|no (?:delays?|change)|for visibility|zur (?:info(?:rmation)?|kenntnis(?:nahme)?)|nur zur info|kein handlungsbedarf|(?:keine )?antwort (?:ist )?nicht (?:n(?:ö|oe)tig|erforderlich)|protokoll|"
    r"pour (?:votre )?info(?:rmation)?|aucune action|pas besoin de r[ée]pondre|compte[- ]rendu|para su informaci[óo]n|no (?:es necesario|hace falta) (?:responder|contestar)|acta de la",
    "auto_reply": r"auto(?:matic)?[- ]?repl(?:y|ies)|out of (?:the )?office|currently (?:on (?:vacation|leave|holiday)|away|travelling|out)|limited access to (?:my )?e-?mail|will (?:return|be back)|abwesenheit\w*|nicht im (?:b(?:ü|ue)ro|haus)|automatische antwort|"
    r"r[ée]ponse automatique|absen(?:t|ce) du bureau|respuesta autom[áa]tica|fuera de la oficina",
    "thanks": r"^(?:ok(?:ay)?|thanks?|thank you|thx|great|perfect|got it|noted|sounds good|will do|confirmed|done|danke|super|passt|alles klar|merci|parfait|gracias|vale|perfecto)\b",
    "money": r"[$€£]\s?\d|\d[\d.,]*\s?(?:usd|eur|gbp|chf|euros?|dollars?|€|\$)|invoice|payment|budget|quote|contract|salary|rechnung|zahlung|facture|paiement|factura|pago",
}


@cache
def topics() -> Mapping[str, re.Pattern[str]]:
    """Topic to pattern; a match is a word or phrase as a whole. Compiled at first use."""
    return MappingProxyType(
        {name: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for name, words in _TOPICS.items()}
    )


QUESTION_TO_YOU = re.compile(
    r"\b(?:you|your|ya|u|we|us|everyone|anyone|sie|ihnen|ihr\w*|du|dir|dich|euch|wir|uns|vous|votre|vos|tu|te|toi|nous|on|usted(?:es)?|le|nos|puedes?|podemos|tienes?)\b"
    r"|^(?:what|when|where|which|who|why|how|any|shall|should|is|are|do|does|did|can|could|would|will|has|have|was|wann|wo|wie|was|wer|ist|sind|kann|quand|o[ùu]|comment|est-ce|qu[ée]|cu[áa]ndo|d[óo]nde|c[óo]mo)\b",
    re.IGNORECASE,
)
REQUEST = re.compile(
    r"(?<!\w)(?:(?:please|pls|kindly) (?!note|find|see|contact|visit|be advised|allow|do not|don't|ignore|disregard|feel|reach out to|click|accept|enjoy)\w+|(?:can|could|would|will) you (?!believe|imagine|afford|resist|save)\w+|"
    r"(?:i|we)(?:'d| would)? need (?:you|your|an?|the|to (?:confirm|know|hear|get)|immediate|clarity|final|final)|need(?:s)? your|(?:your )?(?:input|approval|sign-?off|confirmation|feedback|decision|signature|thoughts|guidance|help|assessment|review) (?:is |are |on |by |needed|would)|"
    r"let me know|let us know|(?:would|'d) (?:appreciate|welcome|value|love) (?:your|if you|to hear)|are you able to|would you mind|do you (?:have|know|think|want|agree)|what do you think|any (?:thoughts|update|news|chance|feedback|questions)|get back to (?:me|us)|"
    r"(?:confirm|respond|reply|rsvp|advise|review|sign|approve|call me|send me|send us|share your|weigh in|flag any)(?: (?:by|before|with|to|on|if|whether|the|your|receipt|back))|looking forward to (?:your|hearing)|waiting (?:for|on) your|awaiting your|action required|"
    r"bitte(?! beachten| nicht)|k(?:ö|oe)nn(?:en sie|test du|t ihr)|kannst du|w(?:ü|ue)rden sie|geben sie (?:mir|uns)|sag(?:en sie)? mir|r(?:ü|ue)ckmeldung|was (?:meinst|halten|denkst)|um antwort|"
    r"pou(?:vez|rriez)[- ]vous|peux-tu|pourrais-tu|merci de (?:me |nous |bien )?\w+er\b|veuillez|dites[- ](?:moi|nous)|dis-moi|qu'en penses|votre (?:avis|retour|accord|r[ée]ponse)|"
    r"(?:puede|podr[íi]as?|podr[íi]an?|puedes) \w+|por favor|d[íi]game|d[ií]me|qu[ée] (?:opinas|te parece)|su (?:respuesta|aprobaci[óo]n|opini[óo]n)|necesito (?:que|su|tu))(?!\w)",
    re.IGNORECASE,
)

NO_REPLY_SENDER = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|noreply|mailer[-_.]?daemon|postmaster|bounces?|notifications?|notify|alerts?|updates?|"
    r"auto(?:mated|mailer|confirm)?|system|robot|daemon|root|cron|nagios|jenkins|jira|github|gitlab|account(?:s|-security\w*)?|"
    r"security(?:-noreply)?|receipts?|orders?|order-update|shipment-tracking|invoices?|billing|statements?|confirmations?|"
    r"calendar-notification|feedback|mailing|drive-shares\S*|versand|rechnung(?:en)?|bestellung(?:en)?)(?:[-_+.]\S*)?$"
    r"|(?:^|[-_.+])(?:no-?reply|bot|automation|notifications?|alerts?)(?:[-_.+]|$)",
    re.IGNORECASE,
)
BULK_SENDER = re.compile(
    r"^(?:news(?:letters?)?|marketing|promo(?:tions?)?|offers?|deals?|sales|hello|hi|team|digest|weekly|daily|editor(?:ial)?|e?-?mail(?:ing)?|info|contact|community|events?|shop|store|"
    r"angebote?|aktion(?:en)?|service|customer\.?(?:service|relations|care))(?:[-_+.]\S*)?$",
    re.IGNORECASE,
)
FREE_MAIL = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "ymail.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "fastmail.com",
        "fastmail.fm",
        "protonmail.com",
        "proton.me",
        "pm.me",
        "gmx.de",
        "gmx.net",
        "gmx.at",
        "gmx.ch",
        "web.de",
        "t-online.de",
        "freenet.de",
        "posteo.de",
        "mailbox.org",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "laposte.net",
        "sfr.fr",
        "hotmail.fr",
        "yahoo.fr",
        "hotmail.es",
        "yahoo.es",
        "telefonica.net",
        "mail.com",
        "zoho.com",
        "tutanota.com",
        "tuta.io",
        "hey.com",
        "duck.com",
        "comcast.net",
        "verizon.net",
        "btinternet.com",
        "sky.com",
    ]
)
ODD_TLD = frozenset(
    [
        "biz",
        "top",
        "xyz",
        "club",
        "click",
        "link",
        "work",
        "loan",
        "win",
        "bid",
        "date",
        "download",
        "review",
        "stream",
        "gdn",
        "ru",
        "cc",
        "ml",
        "ga",
        "cf",
        "tk",
        "icu",
        "buzz",
        "rest",
        "info",
    ]
)
