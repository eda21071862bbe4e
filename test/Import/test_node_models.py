"""ONNX's node test models import, or say in one line what is not supported."""

import re

import import_node_models


def test_import_or_one_error(tmp_path):
    imported = 0
    cases = import_node_models.collect(every=12)
    for name, data in cases:
        code, error = import_node_models.import_model(data, tmp_path)
        imported += code == 0
        # Two expanded functions hold a branch for another rank, never taken.
        assert code in (0, 3) or "_expanded" in name, (name, error)
        assert len(re.findall("^error: ", error, re.M)) == (code != 0), (name, error)
    assert imported > 0.7 * len(cases)
