"""Kinds P1 to P12: what the file is, its framing, its header."""

import os

from onnx import helper, numpy_helper

from .common import INVALID, KINDS, LIMIT, UNSUPPORTED, field, kind, save, varint


@kind("P1")
def empty_file(folder, model):
    save(folder, b"")


@kind("P2")
def html(folder, model):
    save(folder, b"<!DOCTYPE html>\n<html><body>Not found</body></html>\n")


@kind("P2")
def plain_text(folder, model):
    save(folder, b"hello, this is no model\n")


@kind("P3")
def git_lfs_pointer(folder, model):
    save(
        folder,
        b"version https://git-lfs.github.com/spec/v1\n"
        b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
        b"size 4920739232\n",
    )


for _name, _magic in {
    "gguf": b"GGUF\3\0\0\0" + bytes(16),
    "safetensors": (20).to_bytes(8, "little") + b'{"__metadata__":{} }',
    "zip": b"PK\x03\x04" + bytes(30),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(30),
    "pickle": b"\x80\x04\x95\x10" + bytes(10),
    "gzip": b"\x1f\x8b\x08" + bytes(30),
}.items():
    KINDS.append(("P4", _name, INVALID, lambda f, m, data=_magic: save(f, data)))


@kind("P5")
def truncated_in_weights(folder, model):
    data = model.SerializeToString()
    save(folder, data[: data.index(numpy_helper.to_array(
        model.graph.initializer[0]).tobytes()) + 10])


@kind("P6")
def only_ir_version(folder, model):
    save(folder, b"\x08\x08")


@kind("P6")
def only_unknown_fields(folder, model):
    save(folder, field(1000, b"abc"))


@kind("P7")
def trailing_garbage(folder, model):
    save(folder, model.SerializeToString() + b"\x0f\x0e\xff\xfe")


@kind("P7")
def stray_end_group(folder, model):
    save(folder, model.SerializeToString() + b"\x0c")


@kind("P8", LIMIT)
def more_than_2_gib(folder, model):
    save(folder, model)
    os.truncate(folder / "model.onnx", 2**31 + 100)


@kind("P9")
def claimed_length_beyond_file(folder, model):
    save(folder, b"\x08\x08" + varint(7 << 3 | 2) + varint(2**62) + b"abc")


@kind("P9")
def claimed_tensor_bytes_beyond_field(folder, model):
    tensor = varint(9 << 3 | 2) + varint(2**40) + b"abc"
    save(folder, b"\x08\x08" + field(7, field(5, tensor)))


def nested_if(depth):
    """A model of If nodes inside each other, three messages a level; written by
    hand because the onnx package refuses to make it."""
    node = b""
    for _ in range(depth):
        branch = field(1, b"then_branch") + field(6, field(1, node))
        node = field(4, b"If") + field(5, branch)
    return b"\x08\x08" + field(7, field(1, node))


@kind("P10", LIMIT)
def if_nested_40_deep(folder, model):
    save(folder, nested_if(40))


@kind("P10", LIMIT)
def if_nested_10000_deep(folder, model):
    save(folder, nested_if(10000))


for _name, _version, _code in [
    ("zero", 0, INVALID),
    ("negative", -1, INVALID),
    ("million", 10**6, UNSUPPORTED),
]:

    def _ir_version(folder, model, version=_version):
        model.ir_version = version
        save(folder, model)

    KINDS.append(("P11", f"ir-version-{_name}", _code, _ir_version))


@kind("P11")
def ir_version_missing(folder, model):
    model.ClearField("ir_version")
    save(folder, model)


for _name, _version in [("negative", -5), ("zero", 0), ("old", 5), ("2-to-40", 2**40)]:

    def _opset(folder, model, version=_version):
        model.opset_import[0].version = version
        save(folder, model)

    KINDS.append(("P12", f"opset-{_name}", UNSUPPORTED, _opset))


@kind("P12")
def opset_missing(folder, model):
    del model.opset_import[:]
    save(folder, model)


@kind("P12")
def opset_of_onnx_missing(folder, model):
    model.opset_import[0].domain = "com.example"
    save(folder, model)


@kind("P12")
def opset_twice(folder, model):
    model.opset_import.append(helper.make_opsetid("ai.onnx", 13))
    save(folder, model)
