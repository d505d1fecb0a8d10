"""The second factor: codes by time (TOTP, RFC 6238), each good once, and recovery codes for a lost telephone."""

from __future__ import annotations

import base64
import hmac
import re
import secrets as randomness

import pyotp
import segno

from app.errors import BadInput, Refused
from app.identity.accounts import Account, Accounts
from app.identity.office import Office

ISSUER = "Chengshu 城枢"
STEP_S = 30
DRIFT = 1               # steps a telephone's clock may be off
RECOVERY = 10
SEAL = "factor"


class Factor:
    """Put a second factor on an account, check it, take it off."""

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self.office, self.accounts = office, accounts

    def begin(self, account: Account) -> tuple[str, str]:
        """(secret, QR as SVG) to put into a telephone; it counts once `confirm` saw a code of it."""
        secret = pyotp.random_base32()
        self.office.people.change("account", {"id": account.id}, is_quiet=True, factor_pending=self.office.secrets.seal(SEAL, secret.encode()))
        return secret, picture(secret, account.name)

    def pending(self, account: Account) -> tuple[str, str]:
        """What `begin` gave, again."""
        if not account.factor_pending:
            raise BadInput("No second factor is being set up", "Begin again")
        secret = self.office.secrets.unseal(SEAL, account.factor_pending).decode()
        return secret, picture(secret, account.name)

    def confirm(self, account: Account, code: str) -> list[str]:
        """Turn it on with a first code; returns the recovery codes, which nobody can show again."""
        secret, _ = self.pending(account)
        step = self._step(secret, code, 0)
        if step is None:
            raise BadInput("The code is not right", "Check the clock of the telephone, and type the code that it shows now")
        with self.office.people.write():
            self.office.people.change("account", {"id": account.id}, factor=account.factor_pending, factor_pending="", factor_at=self.office.now(),
                                      factor_step=step)
            codes = self.renew(account)
        self.office.note(account.name, "account", "factor.on", "allowed")
        return codes

    def renew(self, account: Account) -> list[str]:
        """New recovery codes; the ones before stop working."""
        codes = [_recovery_code() for _ in range(RECOVERY)]
        with self.office.people.write():
            self.office.people.remove("recovery", account=account.id)
            for code in codes:
                self.office.people.add("recovery", account=account.id, hash=self._hashes(code)[0])
        return codes

    def check(self, account: Account, code: str) -> None:
        """Raise Refused unless it is a code of now that was not used yet, or an unused recovery code, which is spent."""
        text = re.sub(r"[\s-]", "", code[:40]).lower()
        with self.office.people.write():
            fresh = self.accounts.get(account.id)
            if not fresh.factor:
                raise Refused("The code is not right", "Type the code that your telephone shows now")
            if re.fullmatch(r"[0-9]{6}", text):
                step = self._step(self.office.secrets.unseal(SEAL, fresh.factor).decode(), text, fresh.factor_step)
                if step is not None:
                    self.office.people.change("account", {"id": account.id}, factor_step=step)
                    return
            elif any(self.office.people.change("recovery", {"account": account.id, "hash": one, "used_at": None}, used_at=self.office.now())
                     for one in self._hashes(text)):
                return
        raise Refused("The code is not right", "Type the code that your telephone shows now")

    def left(self, account: Account) -> int:
        """How many recovery codes are unused."""
        return len(self.office.people.find("recovery", account=account.id, used_at=None))

    def remove(self, account: Account, by: str) -> None:
        """Take it off; a new one can be set up."""
        with self.office.people.write():
            self.office.people.change("account", {"id": account.id}, factor="", factor_pending="", factor_at=None, factor_step=0)
            self.office.people.remove("recovery", account=account.id)
        self.office.note(by, "account", "factor.off", "allowed", detail=account.name)

    def _step(self, secret: str, code: str, last: int) -> int | None:
        """The time step whose code it is, if that is newer than the last one used."""
        text, now = re.sub(r"\s", "", code[:40]), self.office.now() // STEP_S
        right = [step for step in range(now - DRIFT, now + DRIFT + 1) if hmac.compare_digest(pyotp.HOTP(secret).at(step).encode(), text.encode())]
        return next((step for step in right if step > last), None)

    def _hashes(self, code: str) -> list[str]:
        plain = code.replace("-", "").encode("utf-8", "replace")
        return [hmac.digest(key, b"recovery" + plain, "sha256").hex() for key in self.office.secrets.keys(SEAL)]


def picture(secret: str, name: str) -> str:
    """The QR code of a secret as SVG; black on white, since cameras read that best."""
    address = pyotp.TOTP(secret, name=name, issuer=ISSUER).provisioning_uri()
    return segno.make(address, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="cs-qr", omitsize=True)


def _recovery_code() -> str:
    text = base64.b32encode(randomness.token_bytes(10)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, 16, 4))
