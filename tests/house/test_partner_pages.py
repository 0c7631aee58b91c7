"""The pages of partners say what the code and the tests say, and a test that claims to prove something does."""

import re
from pathlib import Path

import pytest

from integrations.registry import PARTNERS
from settings import ROOT
from tests.house.partner_pages import SIDES, pages
from tests.house.proofs import VECTOR, Proof, digests_stated, packages_used, plain, proofs

PROOFS = proofs()
BY_VECTORS = [proof for proof in PROOFS if proof.by == VECTOR]
BY_PACKAGES = [proof for proof in PROOFS if proof.by != VECTOR]


@pytest.mark.parametrize(("page", "text"), pages().items(), ids=lambda value: getattr(value, "stem", ""))
def test_a_page_is_current(page: Path, text: str) -> None:
    assert page.read_text(encoding="utf-8") == text, "run: python -m tests.house.partner_pages"


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_first_page_leads_to_every_partner(page: str) -> None:
    linked = re.findall(r"\(docs/partners/(\w+)\.md\)", (ROOT / page).read_text(encoding="utf-8"))
    assert sorted(name for name in linked if name != "README") == sorted(PARTNERS)


@pytest.mark.parametrize("proof", BY_PACKAGES, ids=lambda proof: f"{proof.partner}-{proof.by}-{proof.side}")
def test_who_claims_a_package_uses_it(proof: Proof) -> None:
    assert plain(proof.by) in packages_used(proof)


@pytest.mark.parametrize("proof", BY_VECTORS, ids=lambda proof: f"{proof.partner}-{proof.test}")
def test_who_claims_a_vector_states_it(proof: Proof) -> None:
    assert digests_stated(proof)


def test_what_a_test_does_not_use_is_not_taken_for_used() -> None:
    for proof in BY_PACKAGES:
        others = {"nuonuo-sdk", "pyodata", "woocommerce"} - {plain(proof.by)}
        assert not packages_used(proof) & others, proof


def test_every_proof_is_of_a_partner_and_of_one_of_its_sides() -> None:
    assert {proof.partner for proof in PROOFS} <= PARTNERS.keys()
    assert {proof.side for proof in PROOFS} == SIDES.keys()
