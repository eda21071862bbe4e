"""No node test of a supported operator fails, and docs/Conformance.md is current."""

import pathlib

import pytest

import conformance

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "Conformance.md"


@pytest.fixture(scope="module")
def results():
    return conformance.run_all()


def test_nothing_supported_fails(results):
    _, outcomes = results
    assert not conformance.failures(outcomes)


def test_document_is_current(results):
    assert DOCUMENT.read_text() == conformance.summarize(*results), (
        "run: python test/Conformance/conformance.py --write docs/Conformance.md"
    )


@pytest.mark.parametrize("line", [0, 1])
def test_at_least_400_pass(results, line):
    count = int(conformance.summarize(*results).splitlines()[line].split()[1])
    assert count >= 400
