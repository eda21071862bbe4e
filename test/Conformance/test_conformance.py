"""No node test of a supported operator fails but the known ones, each with its reason
in known_failures.txt; docs/Conformance.md is current."""

import pathlib

import pytest

import conformance

HERE = pathlib.Path(__file__).resolve().parent
DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs" / "Conformance.md"


@pytest.fixture(scope="module")
def results():
    return conformance.run_all()


def known_failures():
    """Names in known_failures.txt; a line is "name: reason"."""
    lines = (HERE / "known_failures.txt").read_text().splitlines()
    return {line.split(":")[0] for line in lines if line and not line.startswith("#")}


def test_nothing_else_fails(results):
    _, outcomes = results
    failed = {line.split(":")[0]: line for line in conformance.failures(outcomes)}
    new = [line for name, line in failed.items() if name not in known_failures()]
    assert not new
    assert known_failures() <= set(failed), "known failures that pass: remove them"


def test_document_is_current(results):
    assert DOCUMENT.read_text() == conformance.summarize(*results), (
        "run: python test/Conformance/conformance.py --write docs/Conformance.md"
    )


@pytest.mark.parametrize("line", [0, 1])
def test_at_least_400_pass(results, line):
    count = int(conformance.summarize(*results).splitlines()[line].split()[1])
    assert count >= 400
