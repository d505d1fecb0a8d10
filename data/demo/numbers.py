"""Numbers as they are built: ID numbers (GB 11643), organisation codes (GB 11714), credit codes (GB 32100), made up.

Regions begin with 99, so none of them can be anybody's.
"""

from __future__ import annotations

from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_number(region: str, birth: date, order: int) -> str:
    """An ID number: six digits of region, date of birth, order number 0 to 999 (odd for men), check character."""
    body = f"{region}{birth:%Y%m%d}{order:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def organisation_code(body: str) -> str:
    """An organisation code: eight characters and their check character."""
    total = sum(_ORGANISATION.index(letter) * weight for letter, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(kind: str, region: str, body: str) -> str:
    """A unified social credit code: authority and kind (two characters), region, organisation code, check character."""
    text = f"{kind}{region}{organisation_code(body)}"
    return text + CREDIT[(31 - sum(CREDIT.index(letter) * weight for letter, weight in zip(text, _CREDIT_WEIGHTS, strict=True)) % 31) % 31]
