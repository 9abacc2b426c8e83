"""Words by which banks say how something was paid, and what they put around a payee's name.

No word here names a merchant or a kind of business: those are `merchant_words.csv`.
"""

from __future__ import annotations

from typing import Final

# A description that is a check and no more: what banks call one, beside numbers and marks. "Check
# into cash" and "checkcard" name somebody.
_CHECK: Final = "check|chk|ck|cheque|draft"
_BESIDE_CHECK: Final = (
    "paid|number|no|num|nbr|withdrawal|withdrawl|debit|image|imaged|substitute|inclearing|clearing|"
    "cashed|counter|share|checking|serial|ref|dda|posted|cleared|personal|paper|deposited|item|in"
)
CHECK_WORDING: Final = (
    f"[^a-z]*(?:(?:{_BESIDE_CHECK})[^a-z]+)*"
    f"(?:{_CHECK})(?:[^a-z]+(?:{_CHECK}|{_BESIDE_CHECK}))*[^a-z]*"
)

# How it was paid, by whom it was processed: what stands before the payee. (Words with digits, such
# as dates, codes and masked cards, are passed over as well.)
LEAD_WORDS: Final = (
    "a ach ap apl app authorized auth autopay bill billpay bk bt by card cc ccd check checkcard "
    "chk chkcard ckcd ckf cko clover cofs consumer contactless crd credit ct d da date dbt dd "
    "dda debit deb des direct dep dnh ds e eb ebill eft electronic elec ext external et fs fsp "
    "gdp google goog gpay ic in inst internet intl https http i inc indn int interac kiosk m "
    "mastercard mc mobile my nbr no non nonrecurring number olo on one online p p2p pay paid "
    "paym payment paymnt payments paypal pin pmnt pmt pmts point pos post pp ppd preauth "
    "preauthorized prchs purch purchase pur py pymt pymts pypl recur recurring ref retail rtl s "
    "sale sepa send sent shop shopify sig signature sp sq square sqc stripe sumup t tap the to "
    "toast tock tran trans transaction tst txn us usa ve via visa vs wal web wd wdl withdraw "
    "withdrawal withdrwl wpy www x xx xxx xxxx xxxxx xxxxxx xxxxxxxx zp of merchant entry from "
    "zelle venmo quickpay popmoney cashapp"
)
STREET_WORDS: Final = (
    "st street ave avenue rd road blvd boulevard dr drive ln lane court pkwy parkway hwy "
    "highway ter terrace cir circle"
)
# "St" before these is a town's saint, not the word before it a street.
SAINTS: Final = (
    r"\bst (albans|augustine|charles|clair|cloud|francis|george|helens|james|johns|joseph|louis|"
    r"lucie|marys|matthews|paul|pete|peters|petersburg)\b"
)
# Money sent to somebody by name: a person, a landlord, a company one pays bills of.
PAYMENT_TO: Final = (
    r"\b(?:zelle|venmo|cash ?app|quickpay|popmoney|apple cash)\b|"
    r"\b(?:pmt|pymt|pmnt|paymnt|payment|pay|paid|billpay|sent|send|transfer|xfer|trnsfr|money|wire|"
    r"ach|funds|deposit|rent|tuition)(?: [a-z0-9]+){0,2} to [a-z]"
)
# Credits that are no payment of the card, and debits that say they pay one beside a shop's name.
GIVEN_BACK: Final = (
    r"\b(?:refund|refunds|return|returned|reversal|rebate|cash ?back|reward|rewards|chargeback|"
    r"dispute|adjustment|statement credit|merchandise)\b"
)
PAYS_A_CARD: Final = (
    r"\b(?:card|crd|crdt|credit|pmt|pymt|paymt|paymnt|payment|payments|pay|epay|autopay|billpay|"
    r"visa|mastercard|amex|bank|syf|syncb|comenity|citi|ach|web|online)\b"
)
# What is taken off the front of a description before it becomes a merchant's key, letters only.
KEY_PREFIX: Final = (
    r"^(?:(?:(?:online|electronic|mobile|web|internet|bill|recurring|direct|external|ext|pos|ach) "
    r")+(?:pmt|pymt|payment|pay|billpay) (?:to |for )?|"
    r"(?:pmt|pymt|payment|billpay|bill pay) to |"
    r"(?:point of sale|pos|ach|check ?card|chkcard|visa|mastercard|card purchase|purchase|purch|"
    r"prchs|pur|recurring|nonrecurring|preauthorized|preauth|authorized|debit card|credit card|"
    r"debit|dbt|dda|pin|sig|signature|contactless|withdrawal|wd|ppd|ccd|web|tel|eft|on|x+|sq|tst|"
    r"sp|pp|py|paypal|pypl|ppl|inst xfer|ic|wpy|zp|fsp|cko|stripe|olo|toast|clover|square|dd|gpay|"
    r"the|to|www|https?) )+"
)
# And off the rest: the form of a company, its address on the net, a state at the end.
KEY_FORMS: Final = r" (?:com|inc|llc|ltd|corp|corporation|plc|net|org)\b"
KEY_STATES: Final = (
    r"(?: (?:a[klrz]|c[aot]|d[ce]|fl|ga|hi|i[adln]|k[sy]|la|m[adeinost]|n[cdehjmvy]|o[hkr]|pa|ri|"
    r"s[cd]|t[nx]|ut|v[at]|w[aivy]|us|usa))+$"
)
# Words that many names begin with; alone they name nobody.
EVERYDAY_WORDS: Final = (
    "city county state town village district department united american america national "
    "first new north south east west great bank apple google amazon university college school "
    "church saint san los las best blue green red black white golden royal premier general "
    "global capital pacific atlantic central metro public community home house family super "
    "star river lake park mountain valley transfer xfer cash check deposit withdrawal "
    "interest fee fees loan auto insurance store shop market center centre club group "
    "services service company"
)
