//===- MutatedModelsTest.cpp - Damaged models ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Random damage to a model with weights, an If, a function and external data,
// in process and so thousands of times: import ends with a module or with
// exactly one error. QUANTC_MUTATIONS sets another number of rounds.
//
//===----------------------------------------------------------------------===//

#if __has_include("onnx-ml.pb.h")

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "onnx-ml.pb.h"
#include "quantc/Import/ONNX.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <random>

using namespace mlir;
using namespace quantc;

static ::onnx::NodeProto *addNode(::onnx::GraphProto &graph, const char *type,
                                  std::initializer_list<const char *> inputs,
                                  const char *output) {
  ::onnx::NodeProto *node = graph.add_node();
  node->set_op_type(type);
  node->set_name(std::string(output) + "_node");
  for (const char *input : inputs)
    node->add_input(input);
  node->add_output(output);
  return node;
}

static void declare(::onnx::ValueInfoProto &info, const char *name,
                    int32_t element, std::initializer_list<int64_t> dims) {
  info.set_name(name);
  auto *type = info.mutable_type()->mutable_tensor_type();
  type->set_elem_type(element);
  for (int64_t dim : dims)
    type->mutable_shape()->add_dim()->set_dim_value(dim);
}

static void addBranch(::onnx::NodeProto &node, const char *name,
                      const char *type) {
  ::onnx::AttributeProto *attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(::onnx::AttributeProto::GRAPH);
  addNode(*attribute->mutable_g(), type, {"sum"}, name);
  attribute->mutable_g()->add_output()->set_name(name);
}

static std::string makeModel() {
  ::onnx::ModelProto model;
  model.set_ir_version(9);
  model.add_opset_import()->set_version(17);
  ::onnx::OperatorSetIdProto *domain = model.add_opset_import();
  domain->set_domain("d");
  domain->set_version(1);

  ::onnx::GraphProto &graph = *model.mutable_graph();
  declare(*graph.add_input(), "x", ::onnx::TensorProto::FLOAT, {2, 4});
  declare(*graph.add_input(), "c", ::onnx::TensorProto::BOOL, {});
  graph.add_output()->set_name("y");
  ::onnx::TensorProto *weights = graph.add_initializer();
  weights->set_name("w");
  weights->set_data_type(::onnx::TensorProto::FLOAT);
  weights->add_dims(4);
  weights->add_dims(3);
  weights->set_raw_data(std::string(48, '?'));
  ::onnx::TensorProto *bias = graph.add_initializer();
  bias->set_name("b");
  bias->set_data_type(::onnx::TensorProto::INT8);
  bias->add_dims(3);
  for (int i : {1, -2, 3})
    bias->add_int32_data(i);

  addNode(graph, "MatMul", {"x", "w"}, "product");
  ::onnx::AttributeProto *to =
      addNode(graph, "Cast", {"b"}, "bias")->add_attribute();
  to->set_name("to");
  to->set_type(::onnx::AttributeProto::INT);
  to->set_i(::onnx::TensorProto::FLOAT);
  addNode(graph, "Add", {"product", "bias"}, "sum");
  ::onnx::NodeProto *choice = addNode(graph, "If", {"c"}, "chosen");
  addBranch(*choice, "then_branch", "Relu");
  addBranch(*choice, "else_branch", "Neg");
  addNode(graph, "Called", {"chosen"}, "y")->set_domain("d");

  ::onnx::FunctionProto *function = model.add_functions();
  function->set_name("Called");
  function->set_domain("d");
  function->add_opset_import()->set_version(17);
  function->add_input("a");
  function->add_output("z");
  ::onnx::NodeProto *inner = function->add_node();
  inner->set_op_type("Softmax");
  inner->add_input("a");
  inner->add_output("z");
  return model.SerializeAsString();
}

/// One to three changes. Most keep the length of the data, because a wrong
/// length is found before anything else is looked at.
static std::string mutate(std::string data, std::mt19937 &random) {
  auto below = [&](size_t limit) { return random() % limit; };
  for (size_t changes = 1 + below(3); changes > 0; --changes) {
    size_t position = below(data.size()), length = 1 + below(12);
    char &byte = data[position];
    switch (below(16)) {
    case 0:
      data.erase(position, length);
      break;
    case 1:
      data.insert(position, data.substr(position, length));
      break;
    case 2:
      byte = 0;
      break;
    case 3:
      byte = char(127);
      break;
    case 4:
      byte = char(random());
      break;
    case 5:
      ++byte;
      break;
    case 6:
      --byte;
      break;
    case 7:
      byte ^= char(1 << below(8));
      break;
    default:
      byte = data[below(data.size())];
      break;
    }
  }
  return data;
}

static int countErrors(MLIRContext &context, const std::string &bytes,
                       bool &imported, ErrorCode &code) {
  int errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  imported = bool(importONNXFromBytes(context, bytes, "model", {}, &code));
  return errors;
}

TEST(MutatedModels, EndInAModuleOrOneError) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  std::string good = makeModel();
  bool imported;
  ErrorCode code;
  ASSERT_EQ(countErrors(context, good, imported, code), 0);
  ASSERT_TRUE(imported);

  const char *text = getenv("QUANTC_MUTATIONS");
  int rounds = text ? atoi(text) : 3000, accepted = 0;
  std::mt19937 random(1);
  for (int i = 0; i < rounds; ++i) {
    std::string bytes = mutate(good, random);
    int errors = countErrors(context, bytes, imported, code);
    ASSERT_EQ(errors, imported ? 0 : 1) << "round " << i;
    ASSERT_EQ(code == ErrorCode::None, imported) << "round " << i;
    accepted += imported;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, rounds);
}

#endif
