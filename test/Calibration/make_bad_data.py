"""Calibration data and tables that must be refused, one function per kind.

Numbers are those of the kinds of bad calibration input: C (data and tables) and I
(faults). Each function gets a folder and the table of a good calibration, writes
what is wrong with it, and returns (arguments of `quantc`, exit code, reason). The
folder holds model.onnx (input x: float32 [batch, 16]) and good.npz.
"""

import json
import struct
import zipfile

import numpy as np

KINDS = {}


def kind(identifier, name):
    def register(function):
        KINDS[f"{identifier}-{name}"] = function
        return function

    return register


def calibrate(folder, *flags, data="bad.npz"):
    return ["calibrate", folder / "model.onnx", "--data", folder / data, *flags,
            "-o", folder / "out.calib"]


def npy(descr="'<f4'", shape="(4, 16)", order="False", data=b"\0" * 256,
        length=None, magic=b"\x93NUMPY\x01\x00"):
    """The bytes of an .npy file, right or wrong."""
    header = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"
    size = len(header) if length is None else length
    return magic + struct.pack("<H", size) + header.encode() + data


def write_npz(folder, content, name="x.npy", **options):
    with zipfile.ZipFile(folder / "bad.npz", "w") as archive:
        archive.writestr(name, content, **options)


def array_kind(identifier, name, reason, **fields):
    @kind(identifier, name)
    def make(folder, table):
        write_npz(folder, npy(**fields))
        return calibrate(folder), 1, reason


array_kind("C1", "object", "object arrays are refused", descr="'|O'")
array_kind("C1", "record", "structured arrays are not supported",
           descr="[('a', '<f4'), ('b', '<i4')]")
array_kind("C2", "header-beyond-file", "header is longer than the file", length=60000)
array_kind("C3", "magic", "not a numpy array", magic=b"\x93NUMPX\x01\x00")
array_kind("C3", "version", "version 9 of the .npy format", magic=b"\x93NUMPY\x09\x00")
array_kind("C3", "shape-text", "malformed shape", shape="(4, -16)")
array_kind("C4", "big-endian", "big-endian", descr="'>f4'")
array_kind("C5", "shape-overflows", "more than 2.63 bytes",
           shape="(4611686018427387904, 16)")
array_kind("C5", "shape-beyond-data", "holds 256 bytes of data, its shape needs 512",
           shape="(8, 16)")
array_kind("C9", "dtype", "run 0 of the data: .*'x' has type float64",
           descr="'<f8'", data=b"\0" * 512)
array_kind("C9", "rank", "run 0 of the data: .*'x' has 1 dimensions", shape="(64,)")
array_kind("C9", "shape", r"run 0 of the data: .*'x' has shape .*8.*wants .*16",
           shape="(8, 8)")


@kind("C6", "truncated")
def _(folder, table):
    good = (folder / "good.npz").read_bytes()
    (folder / "bad.npz").write_bytes(good[: len(good) // 2])
    return calibrate(folder), 1, "not an .npz archive"


@kind("C7", "bomb")
def _(folder, table):
    write_npz(folder, npy(), compress_type=zipfile.ZIP_DEFLATED)
    data = bytearray((folder / "bad.npz").read_bytes())
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 4000000000)
    (folder / "bad.npz").write_bytes(data)
    return calibrate(folder), 1, "claims to inflate"


@kind("C7", "checksum")
def _(folder, table):
    write_npz(folder, npy())
    data = bytearray((folder / "bad.npz").read_bytes())
    data[150] ^= 1
    (folder / "bad.npz").write_bytes(data)
    return calibrate(folder), 1, "wrong checksum"


@kind("C7", "encrypted")
def _(folder, table):
    write_npz(folder, npy())
    data = bytearray((folder / "bad.npz").read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (folder / "bad.npz").write_bytes(data)
    return calibrate(folder), 1, "is encrypted"


@kind("C7", "path")
def _(folder, table):
    write_npz(folder, npy(), name="../x.npy")
    return calibrate(folder), 1, "no input '../x'"


@kind("C7", "member-twice")
def _(folder, table):
    with zipfile.ZipFile(folder / "bad.npz", "w") as archive:
        archive.writestr("x.npy", npy())
        archive.writestr("x.npy", npy())
    return calibrate(folder), 1, "'x' appears twice"


@kind("C8", "unknown-name")
def _(folder, table):
    np.savez(folder / "bad.npz", image=np.zeros((4, 16), np.float32))
    return calibrate(folder), 1, "no input 'image'; it has: x f32"


@kind("C8", "missing-name")
def _(folder, table):
    np.savez(folder / "bad.npz")
    return calibrate(folder), 1, "input 'x' is missing"


def write_runs(folder, *bad, count=3):
    """Runs 000, 001, ... of good values, with `bad` at the end of the last."""
    runs = folder / "runs"
    runs.mkdir()
    for i in range(count):
        x = np.random.default_rng(i).normal(size=(4, 16)).astype(np.float32)
        if i == count - 1:
            x[-1, 16 - len(bad):] = bad
        np.savez(runs / f"{i:03}.npz", x=x)


@kind("C10", "nan")
def _(folder, table):
    write_runs(folder, np.nan)
    return (calibrate(folder, data="runs"), 1,
            "run 2 of the data: input 'x' has 1 NaN or infinite values; --nonfinite")


@kind("C10", "infinity")
def _(folder, table):
    write_runs(folder, np.inf, -np.inf)
    return calibrate(folder, data="runs"), 1, "run 2 of the data: input 'x' has 2"


@kind("C10", "computed-by-the-model")
def _(folder, table):
    write_runs(folder, *[3e38] * 16)
    return (calibrate(folder, data="runs"), 1,
            "run 2 of the data: tensor 'relu' has [0-9]+ NaN or infinite")


@kind("C10", "all-left-out")
def _(folder, table):
    write_runs(folder, np.nan, count=1)
    return (calibrate(folder, "--nonfinite", "skip", data="runs"), 1,
            "every run of the data was left out")


@kind("C11", "no-runs")
def _(folder, table):
    (folder / "runs").mkdir()
    return calibrate(folder, data="runs"), 1, "holds no .npz file"


@kind("C11", "no-samples")
def _(folder, table):
    return (calibrate(folder, "--samples", "0", data="good.npz"), 1,
            "no data to calibrate on")


@kind("C14", "ragged")
def _(folder, table):
    np.savez(folder / "bad.npz", x=np.zeros((4, 16), np.float32),
             y=np.zeros((5, 16), np.float32))
    return calibrate(folder, "--batch", "2"), 1, "needs arrays of one length"


@kind("C15", "not-data")
def _(folder, table):
    (folder / "bad.npz").write_bytes(b"\xff\xd8\xff\xe0 JFIF")
    return calibrate(folder), 1, "not an .npz archive"


@kind("C15", "absent")
def _(folder, table):
    return calibrate(folder, data="nowhere"), 4, "No such file"


def quantize(folder):
    return ["quantize", folder / "model.onnx", "--recipe", "w8a8", "--calib",
            folder / "bad.calib", "-o", folder / "out.mlir"]


@kind("C16", "other-model")
def _(folder, table):
    tree = json.loads(table)
    tree.update(model="ab" * 32, checksum="none")
    (folder / "bad.calib").write_text(json.dumps(tree))
    return quantize(folder), 1, "made for model sha256:(ab){32}, this is sha256:"


def tensor_kind(identifier, name, reason, change):
    @kind(identifier, name)
    def make(folder, table):
        tree = json.loads(table)
        change(tree["tensors"])
        tree["checksum"] = "none"
        (folder / "bad.calib").write_text(json.dumps(tree))
        return quantize(folder), 1, reason


tensor_kind("C17", "min-above-max", "'min' is greater than 'max'",
            lambda tensors: tensors[0].update(min="9", max="-9"))
tensor_kind("C17", "nan", "'min' or 'max' is NaN",
            lambda tensors: tensors[0].update(min="nan"))
tensor_kind("C17", "duplicate", "appears twice",
            lambda tensors: tensors.append(tensors[0]))
tensor_kind("C17", "counts", "'count' is not the sum",
            lambda tensors: tensors[0].update(count=7))
tensor_kind("C17", "channels", "lists of different lengths",
            lambda tensors: tensors[0]["channels"]["max"].pop())
tensor_kind("C17", "tensor-missing", "has no tensor '.*'; calibrate this model",
            lambda tensors: tensors.clear())
tensor_kind("C17", "searched", "'searched' is not an ordered pair",
            lambda tensors: tensors[0].update(searched=["2", "1"]))


@kind("C18", "half-written")
def _(folder, table):
    (folder / "bad.calib").write_bytes(table[: len(table) // 2])
    return quantize(folder), 1, "damaged or cut off"


@kind("C18", "checkpoint")
def _(folder, table):
    tree = json.loads(table)
    tree.update(progress={"done": 1, "fingerprint": ""}, checksum="none")
    (folder / "bad.calib").write_text(json.dumps(tree))
    return quantize(folder), 1, "checkpoint of an unfinished calibration"


@kind("I14", "flipped-byte")
def _(folder, table):
    data = bytearray(table)
    at = data.index(b'"max":"') + 8
    data[at] = ord("7") if data[at] != ord("7") else ord("3")
    (folder / "bad.calib").write_bytes(data)
    return quantize(folder), 1, "checksum does not match|do not fit the buckets"


@kind("I14", "merge-flipped-byte")
def _(folder, table):
    data = bytearray(table)
    data[data.index(b'"samples":') + 10] ^= 1
    (folder / "bad.calib").write_bytes(data)
    (folder / "good.calib").write_bytes(table)
    return (["calibrate", "--merge", folder / "good.calib", folder / "bad.calib",
             "-o", folder / "out.calib"], 1, "checksum does not match")


@kind("C16", "merge-other-mask")
def _(folder, table):
    tree = json.loads(table)
    tree.update(mask="attention_mask", checksum="none")
    (folder / "bad.calib").write_text(json.dumps(tree))
    (folder / "good.calib").write_bytes(table)
    return (["calibrate", "--merge", folder / "good.calib", folder / "bad.calib",
             "-o", folder / "out.calib"], 1, "leaves out positions by mask")


@kind("R14", "mask-name")
def _(folder, table):
    return (calibrate(folder, "--mask", "attention", data="good.npz"), 1,
            "no integer input .* called 'attention' to be a mask; it has none")


@kind("R14", "shard")
def _(folder, table):
    return (calibrate(folder, "--shard", "2/2", data="good.npz"), 2,
            "--shard takes I/N with I < N")
