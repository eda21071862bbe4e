"""Kinds X: weights in files beside the model."""

import os

from onnx import TensorProto, helper

from .common import INVALID, IO, KINDS, kind, save


def make_external(model, location="w.bin", **keys):
    tensor = model.graph.initializer[0]
    data = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entries = {} if location is None else {"location": location}
    for key, value in {**entries, **keys}.items():
        tensor.external_data.add(key=key, value=value)
    return data


def location_kind(identifier, name, location, code=INVALID):
    """The file a location names exists where that is possible: only the rule
    against the location can stop the read."""

    def write(folder, model):
        (folder / "sub").mkdir()
        data = make_external(model, location)
        for file in (folder / "w.bin", folder.parent / "outside.bin"):
            file.write_bytes(data)
        save(folder, model)

    KINDS.append((identifier, name, code, write))


location_kind("X1", "parent-folder", "../outside.bin")
location_kind("X2", "parent-folder-in-the-middle", "sub/../../outside.bin")
location_kind("X3", "absolute-path", "/etc/passwd")
location_kind("X7", "windows-drive", "C:\\w.bin")
location_kind("X7", "windows-share", "\\\\server\\w.bin")
location_kind("X7", "double-slash", "//server/w.bin")
location_kind("X8", "location-empty", "")
location_kind("X8", "location-missing", None)
location_kind("X9", "location-with-nul", "w.bin\0x")
location_kind("X10", "file-missing", "nowhere.bin", IO)
location_kind("X10", "folder", "sub", IO)
location_kind("X18", "address", "*/_ORT_MEM_ADDR_/*")


def link_kind(identifier, name, code=INVALID):
    def register(make):
        def write(folder, model):
            data = make_external(model)
            save(folder, model)
            make(folder, data)

        KINDS.append((identifier, name, code, write))
        return make

    return register


@link_kind("X4", "link-to-outside")
def _link(folder, data):
    (folder.parent / "target.bin").write_bytes(data)
    (folder / "w.bin").symlink_to(folder.parent / "target.bin")


@link_kind("X6", "hard-link")
def _hard_link(folder, data):
    (folder / "other.bin").write_bytes(data)
    os.link(folder / "other.bin", folder / "w.bin")


@link_kind("X10", "fifo", IO)
def _fifo(folder, data):
    os.mkfifo(folder / "w.bin")


@link_kind("X10", "device", IO)
def _device(folder, data):
    (folder / "w.bin").symlink_to("/dev/zero")


@kind("X5")
def link_of_a_folder_to_outside(folder, model):
    data = make_external(model, "sub/w.bin")
    save(folder, model)
    target = folder.parent / "target-folder"
    target.mkdir(exist_ok=True)
    (target / "w.bin").write_bytes(data)
    (folder / "sub").symlink_to(target)


def range_kind(identifier, name, **keys):
    def write(folder, model):
        (folder / "w.bin").write_bytes(make_external(model, **keys))
        save(folder, model)

    KINDS.append((identifier, name, INVALID, write))


range_kind("X11", "offset-negative", offset="-4")
range_kind("X11", "offset-no-number", offset="abc")
range_kind("X11", "offset-2-to-64", offset=str(2**64 - 4), length="48")
range_kind("X11", "length-beyond-64-bits", length="9" * 30)
range_kind("X12", "offset-beyond-file", offset="49")
range_kind("X12", "offset-wraps", offset=str(2**63 - 1))
range_kind("X13", "length-unlike-tensor", length="44")
range_kind("X14", "file-too-short", offset="4")
range_kind("X16", "wrong-checksum", checksum="0" * 40)


@kind("X10", IO)
def external_data_of_a_constant(folder, model):
    make_external(model, "nowhere.bin")
    tensor = model.graph.initializer[0]
    model.graph.node.insert(0, helper.make_node("Constant", [], ["w"], value=tensor))
    del model.graph.initializer[0]
    save(folder, model)
