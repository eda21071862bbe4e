//===- ModelGraph.h - A model's operations, described ------------*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// What comparisons and reports need to know of a model without holding its IR:
// operations in program order, who reads whom, which compute on codes, the ranges
// chosen for tensors, and how many bytes its constants take.
//
//===----------------------------------------------------------------------===//

#ifndef QUANTC_ACCURACY_MODELGRAPH_H
#define QUANTC_ACCURACY_MODELGRAPH_H

#include "quantc/Calibration/Calibrators.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace quantc {

struct GraphNode {
  enum class Placement {
    Codes, ///< reads codes, or numbers that codes stand for
    Float, ///< computes a float tensor from float tensors
    Other, ///< inputs, integers, booleans
  };
  std::string name; ///< of its first result, as getTensorNames gives it
  std::string op;   ///< ONNX operator; "input" for the model's arguments
  std::string type; ///< "f32[batch, 384]"
  Placement placement = Placement::Other;
  std::vector<unsigned> inputs; ///< the nodes it reads, constants left out
};

struct ModelGraph {
  std::vector<GraphNode> nodes; ///< the model's inputs, then program order
  std::vector<std::pair<std::string, unsigned>> outputs; ///< name, node
  /// Bytes of constants by element type, in order of first use.
  std::vector<std::pair<std::string, uint64_t>> constantBytes;
  /// Ranges that static scales and zero points cover, by tensor.
  llvm::StringMap<Interval> ranges;

  uint64_t getConstantBytes() const;
};

/// Describes `main` of `module`: onnx, quantized or not.
ModelGraph describeGraph(mlir::ModuleOp module);

/// The float tensors of `main` that can be compared with another model's, by
/// name: results of its operations, and for an operation that only exists on
/// codes the numbers these stand for. Constants and arguments are left out.
llvm::MapVector<llvm::StringRef, mlir::Value>
getLayers(mlir::func::FuncOp function,
          const llvm::DenseMap<mlir::Value, std::string> &names);

} // namespace quantc

#endif // QUANTC_ACCURACY_MODELGRAPH_H
