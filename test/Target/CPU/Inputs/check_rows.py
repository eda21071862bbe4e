"""Row kernels on every ISA, against docs/Numerics.md written in numpy.

usage: check_rows.py PATH-PREFIX
"""

import sys

import numpy as np
import row_functions as rows

from kernel_cases import check, compile_model

LENGTHS = [*range(1, 71), 384, 1536]
EPSILON = 1e-5
MODEL = """
func.func @main(%x: tensor<?x?xf32> {onnx.name = "x", onnx.dims = ["m", "n"]},
                %s: tensor<?xf32> {onnx.name = "s", onnx.dims = ["n"]},
                %b: tensor<?xf32> {onnx.name = "b", onnx.dims = ["n"]},
                %v: tensor<?x?xf32> {onnx.name = "v", onnx.dims = ["m", "n"]})
    -> (RESULTS) {
  %0 = onnx.Softmax %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %t = onnx.Transpose %x : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = onnx.Softmax %t {axis = 0 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = onnx.LayerNormalization %x, %s, %b {epsilon = 1.0e-5 : f32}
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %3 = onnx.RMSNormalization %x, %s {epsilon = 1.0e-5 : f32}
      : (tensor<?x?xf32>, tensor<?xf32>) -> tensor<?x?xf32>
  %axis = onnx.Constant dense<-1> : tensor<1xi64>
  %4 = onnx.ReduceSum %x, %axis : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %5 = onnx.ReduceL2 %x, %axis : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  %6, %7, %8 = qnn.dynamic_quantize %x
      {codec = #qnn.int<8, unsigned>, block = array<i64: 1, -1>}
      : (tensor<?x?xf32>) -> (tensor<?x?xui8>, tensor<?x1xf32>, tensor<?x1xui8>)
  %9 = qnn.map %v : (tensor<?x?xf32>) -> tensor<?x?xf32> {
  ^bb0(%a: f32):
    %r = math.exp %a : f32
    qnn.yield %r : f32
  }
  %10 = qnn.map %v : (tensor<?x?xf32>) -> tensor<?x?xf32> {
  ^bb0(%a: f32):
    %r = math.erf %a : f32
    qnn.yield %r : f32
  }
  %11 = qnn.map %v : (tensor<?x?xf32>) -> tensor<?x?xf32> {
  ^bb0(%a: f32):
    %r = math.tanh %a : f32
    qnn.yield %r : f32
  }
  %12 = qnn.map %x, %s, %4
      : (tensor<?x?xf32>, tensor<?xf32>, tensor<?x1xf32>) -> tensor<?x?xf32> {
  ^bb0(%a: f32, %c: f32, %d: f32):
    %p = arith.mulf %a, %c : f32
    %r = arith.addf %p, %d : f32
    qnn.yield %r : f32
  }
  %scale = onnx.Constant dense<0.0235> : tensor<f32>
  %zero = onnx.Constant dense<3> : tensor<ui8>
  %13 = qnn.map %v, %scale, %zero
      : (tensor<?x?xf32>, tensor<f32>, tensor<ui8>) -> tensor<?x?xui8> {
  ^bb0(%a: f32, %c: f32, %d: i8):
    %r = qnn.quantize %a, %c, %d {codec = #qnn.int<8, unsigned>} : (f32, f32, i8) -> i8
    qnn.yield %r : i8
  }
  %14 = qnn.map %v, %scale : (tensor<?x?xf32>, tensor<f32>) -> tensor<?x?xi8> {
  ^bb0(%a: f32, %c: f32):
    %r = qnn.quantize %a, %c {codec = #qnn.int<8, signed>} : (f32, f32) -> i8
    qnn.yield %r : i8
  }
  return VALUES : TYPES
}
"""
TYPES = ["tensor<?x?xf32>"] * 4 + ["tensor<?x1xf32>"] * 2 + [
    "tensor<?x?xui8>", "tensor<?x1xf32>", "tensor<?x1xui8>"] + ["tensor<?x?xf32>"] * 4 + [
    "tensor<?x?xui8>", "tensor<?x?xi8>"]
SCALE = np.float32(0.0235)
# Where codes end, and the numbers beside.
ENDS = ((np.arange(-140, 260) + np.float32(0.5)) * SCALE).astype(np.float32)
ENDS = np.concatenate([ENDS, np.nextafter(ENDS, np.float32(9)), np.nextafter(ENDS, np.float32(-9))])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 88.73, 88.72,
                    -87.31, -103.9, -104.5, 0.97, -0.625, 4.06, 1e30], np.float32)
SPECIAL = np.concatenate([np.tile(SPECIAL, 20), ENDS])


def quantize(v, zero_point, dtype):
    limits = np.iinfo(dtype)
    codes = np.rint(v / SCALE) + np.float32(zero_point)
    return np.where(np.isnan(v), limits.min, codes.clip(limits.min, limits.max)).astype(dtype)


def expected(x, s, b, v):
    transposed = rows.softmax(x).T
    total = rows.total(x)
    return [rows.softmax(x), transposed, rows.layer_norm(x, s, b, EPSILON),
            rows.rms_norm(x, s, EPSILON), total, np.sqrt(rows.squares(x)),
            *rows.dynamic_quantize(x), rows.exp(v), rows.erf(v), rows.tanh(v),
            x * s + total, quantize(v, 3, np.uint8), quantize(v, 0, np.int8)]


def main(path):
    text = MODEL.replace("VALUES", ", ".join(f"%{i}" for i in range(len(TYPES))))
    text = text.replace("TYPES", ", ".join(TYPES)).replace(
        "RESULTS", ", ".join(f'{t} {{onnx.name = "y{i}"}}' for i, t in enumerate(TYPES)))
    compile_model(text, path)
    generator = np.random.default_rng(3)
    runs = []
    np.seterr(all="ignore")
    for n in LENGTHS:
        x = (generator.standard_normal((3, n)) * 4).astype(np.float32)
        v = (generator.standard_normal((3, n)) * 30).astype(np.float32)
        v.flat[:] = np.where(generator.integers(3, size=v.size) == 0,
                             generator.choice(SPECIAL, v.size), v.flat)
        s, b = generator.standard_normal((2, n)).astype(np.float32)
        inputs = {"x": x, "s": s, "b": b, "v": v}
        runs.append((f"length {n}", inputs,
                     [np.ascontiguousarray(y) for y in expected(**inputs)]))
    check(path, runs)


main(sys.argv[1])
