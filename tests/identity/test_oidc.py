"""Sign-in by a provider, against a real one on localhost: what it vouches for gets in, what is forged does not."""

import base64
import hmac
import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from app.access import Grant
from app.errors import BadInput, Refused, Unavailable
from app.identity.mapping import rules
from app.identity.oidc import is_private
from tests.identity.conftest import GOOD, HERE
from tests.identity.provider import CLIENT, SECRET, Provider

BACK = "http://127.0.0.1:8050/sign-in/oidc/back"


@pytest.fixture
def provider(clock, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    one = Provider(clock)
    yield one
    one.close()


@pytest.fixture
def mapped(make, settings, provider):
    """An identity that lets in whom the provider maps to a role."""
    return make(settings.model_copy(update={
        "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET), "oidc_accounts": "mapped",
        "oidc_roles": "watch=duty_officer@demo/990103; boss=leader; it=system_administrator; audit=auditor"}))


@pytest.fixture
def closed(make, settings, provider):
    """An identity where somebody must let every newcomer in."""
    return make(settings.model_copy(update={"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}))


def answer_of(identity, browser="browser", after="/"):
    """What the browser brings back from the provider."""
    address = identity.oidc.begin(browser, BACK, after)
    sent = requests.get(address, allow_redirects=False, timeout=10)
    back = urlsplit(sent.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    return {key: values[0] for key, values in parse_qs(back.query).items()}


def enter(identity, answer=None, browser="browser", **other):
    answer = {**(answer or answer_of(identity, browser)), **other}
    return identity.sign_in_vouched(answer["state"], answer["code"], browser, answer.get("iss", ""), HERE)


def viewer(identity, **other):
    return identity.recognise(enter(identity, **other)[0].session, None, HERE)


def test_the_provider_vouches_and_its_groups_give_roles(mapped):
    found = viewer(mapped)
    assert (found.name, found.kind) == ("wang.wei", "account")
    assert [grant for grant, _ in found.grants] == [Grant("duty_officer", "demo", "990103", 2)]
    assert len(mapped.accounts.listing()) == 1 and viewer(mapped).name == "wang.wei" and len(mapped.accounts.listing()) == 1


def test_where_they_wanted_to_go_comes_back(mapped):
    assert enter(mapped, answer_of(mapped, after="/data?city=demo"))[1] == "/data?city=demo"


def test_a_newcomer_waits_until_somebody_lets_them_in(closed):
    with pytest.raises(Refused):
        enter(closed)
    account = closed.accounts.listing()[0]
    assert (account.is_active, account.kind, closed.grants.of(account)) == (False, "oidc", ())
    closed.accounts.enable(account.name, "keeper")
    assert viewer(closed).capabilities == frozenset()


def test_a_name_makes_nobody_the_owner_of_a_local_account(mapped):
    local = mapped.accounts.create("wang.wei", GOOD, "terminal")
    mapped.grants.add("wang.wei", "analyst", "terminal")
    found = viewer(mapped)
    assert found.name == "wang.wei-2" and not found.may("sql.ask")
    assert mapped.accounts.get(local.id).issuer == ""


def test_a_vouched_account_has_no_password(mapped):
    enter(mapped)
    for password in ("", GOOD):
        with pytest.raises(Refused):
            mapped.sign_in("wang.wei", password, HERE)
    with pytest.raises(BadInput):
        mapped.accounts.set_password("wang.wei", GOOD, "keeper")


def test_roles_follow_the_provider_and_hands_keep_theirs(mapped, provider):
    enter(mapped)
    mapped.grants.add("wang.wei", "analyst", "keeper")
    provider.person["groups"] = "boss"
    assert {grant.role for grant, _ in viewer(mapped).grants} == {"leader", "analyst"}
    provider.person.pop("groups")
    assert {grant.role for grant, _ in viewer(mapped).grants} == {"analyst"}


def test_the_provider_cannot_join_two_separated_roles(mapped, provider):
    provider.person["groups"] = ["it", "audit"]
    with pytest.raises(Refused):
        enter(mapped)
    assert mapped.accounts.find("wang.wei") is None, "all or nothing"


@pytest.mark.parametrize("amr, strong", [(None, False), (["pwd"], False), (["pwd", "mfa"], True)])
def test_a_second_factor_at_the_provider_counts(mapped, provider, amr, strong):
    provider.person |= {"groups": ["it"], **({"amr": amr} if amr else {})}
    assert viewer(mapped).may("system.change") is strong


@pytest.mark.parametrize("wrong", [{"nonce": "another"}, {"nonce": None}, {"aud": "somebody-else"}, {"aud": None}, {"iss": "https://evil.example"},
                                   {"exp": 1_700_000_000}, {"exp": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"iat": 4_000_000_000},
                                   {"aud": "other", "azp": CLIENT}, {"aud": [CLIENT, "other"], "azp": "other"},
                                   {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}])
def test_a_token_with_a_wrong_claim_is_refused(mapped, provider, wrong):
    provider.wrong = wrong
    with pytest.raises(Refused):
        enter(mapped)
    assert mapped.accounts.listing() == []


def test_a_token_with_a_foreign_signature_is_refused(mapped, provider):
    provider.sign_with = RSAKey.generate_key(2048)
    with pytest.raises(Refused):
        enter(mapped)


def by_hand(algorithm, key):
    """Sign a token as an attacker would who has the public key only."""

    def sign(claims):
        parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": algorithm, "kid": "one"}, claims)]
        mark = hmac.digest(key, b".".join(parts), "sha256") if key else b""
        return b".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()

    return sign


@pytest.mark.parametrize("algorithm", ["HS256", "none", "RS256"])
def test_a_token_signed_with_what_everybody_has_is_refused(mapped, provider, algorithm):
    provider.sign = by_hand(algorithm, provider.key.as_pem(private=False) if algorithm != "none" else b"")
    with pytest.raises(Refused):
        enter(mapped)


def test_a_new_key_of_the_provider_is_fetched(mapped, provider, clock):
    enter(mapped)
    provider.turn_key("two")
    clock.turn(31)
    assert viewer(mapped).name == "wang.wei"


def test_an_answer_is_good_once_for_its_own_browser_and_for_ten_minutes(mapped, clock):
    answer = answer_of(mapped)
    with pytest.raises(Refused):
        enter(mapped, answer, browser="another browser")
    enter(mapped, answer)
    with pytest.raises(Refused):
        enter(mapped, answer)
    late = answer_of(mapped)
    clock.turn(600)
    with pytest.raises(Refused):
        enter(mapped, late)


@pytest.mark.parametrize("other", [{"state": "forged"}, {"code": "forged"}, {"iss": "https://evil.example"}, {"code": ""}, {"state": ""}])
def test_forged_answers_are_refused(mapped, other):
    with pytest.raises(Refused):
        enter(mapped, **other)


def test_a_code_of_another_flow_is_refused(mapped):
    one, two = answer_of(mapped), answer_of(mapped)
    with pytest.raises(Refused):
        enter(mapped, one, code=two["code"])


def test_a_silent_provider_is_said(mapped, provider):
    provider.is_down = True
    start = time.monotonic()
    with pytest.raises(Unavailable):
        mapped.oidc.begin("browser", BACK)
    assert time.monotonic() - start < 20


def test_a_provider_that_calls_itself_otherwise_is_refused(make, settings, provider):
    other = make(settings.model_copy(update={"oidc_issuer": provider.issuer.replace("127.0.0.1", "localhost"), "oidc_client_id": CLIENT}))
    with pytest.raises(Unavailable):
        other.oidc.begin("browser", BACK)


@pytest.mark.parametrize("address, private", [("https://id.example/a", True), ("http://127.0.0.1:9/a", True), ("http://localhost/a", True),
                                              ("http://id.example/a", False), ("http://127.0.0.1.example/a", False), ("ftp://127.0.0.1/", False),
                                              ("", False), ("javascript:alert(1)", False)])
def test_only_private_addresses_are_asked(address, private):
    assert is_private(address) is private


@pytest.mark.parametrize("text", ["watch", "watch=emperor", "=leader", "watch=leader@/990103", "watch=kiosk", "watch=leader; ="])
def test_wrong_rules_are_said(identity, text):
    with pytest.raises(BadInput):
        rules(text, identity.office.roles)
