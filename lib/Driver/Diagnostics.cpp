//===- Diagnostics.cpp - Diagnostics as the tools print them --------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Driver/Diagnostics.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quantc;

std::string quantc::describeLocation(Location location) {
  return llvm::TypeSwitch<LocationAttr, std::string>(location)
      .Case<FileLineColLoc>([](FileLineColLoc file) {
        return (Twine(file.getFilename().getValue()) + ":" +
                Twine(file.getLine()) + ":" + Twine(file.getColumn()))
            .str();
      })
      .Case<NameLoc>([](NameLoc name) {
        return "node '" + name.getName().str() + "'";
      })
      .Case<FusedLoc>([](FusedLoc fused) {
        for (Location part : fused.getLocations())
          if (std::string text = describeLocation(part); !text.empty())
            return text;
        return std::string();
      })
      .Case<CallSiteLoc>([](CallSiteLoc call) {
        return describeLocation(call.getCallee());
      })
      .Default([](LocationAttr) { return std::string(); });
}

/// A name out of a model may hold anything, terminal commands included.
static void printEscaped(llvm::raw_ostream &stream, StringRef text) {
  for (char c : text) {
    if (c == '\n' || static_cast<unsigned char>(c) >= 0x20)
      stream << (c == '\n' ? ' ' : c);
    else
      stream << "\\x" << llvm::toHex(StringRef(&c, 1));
  }
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context,
                                     llvm::raw_ostream &stream, Level level)
    : ScopedDiagnosticHandler(context), stream(stream), level(level) {
  setHandler([this](Diagnostic &diagnostic) { print(diagnostic); });
}

RemarkRecorder::RemarkRecorder(MLIRContext *context)
    : ScopedDiagnosticHandler(context) {
  setHandler([this](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      remarks.push_back(
          {describeLocation(diagnostic.getLocation()), diagnostic.str()});
    return failure(); // not handled here
  });
}

static constexpr StringLiteral remarksAttrName = "quantc.remarks";

void quantc::storeRemarks(ModuleOp module, ArrayRef<Remark> remarks) {
  Builder builder(module.getContext());
  SmallVector<Attribute> stored;
  for (const Remark &remark : remarks)
    stored.push_back(builder.getStrArrayAttr({remark.where, remark.text}));
  if (!stored.empty())
    module->setAttr(remarksAttrName, builder.getArrayAttr(stored));
}

std::vector<Remark> quantc::getStoredRemarks(ModuleOp module) {
  std::vector<Remark> remarks;
  auto stored = module->getAttrOfType<ArrayAttr>(remarksAttrName);
  for (Attribute entry : stored ? stored.getValue() : ArrayRef<Attribute>()) {
    // Text may have been edited.
    auto pair = dyn_cast<ArrayAttr>(entry);
    if (!pair || pair.size() != 2 || !isa<StringAttr>(pair[0]) ||
        !isa<StringAttr>(pair[1]))
      continue;
    remarks.push_back({cast<StringAttr>(pair[0]).str(),
                       cast<StringAttr>(pair[1]).str()});
  }
  return remarks;
}

static StringRef nameOf(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Note:
    return "note";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Remark:
    return "remark";
  }
  llvm_unreachable("unknown severity");
}

void DiagnosticPrinter::print(Diagnostic &diagnostic) {
  DiagnosticSeverity severity = diagnostic.getSeverity();
  if (severity == DiagnosticSeverity::Error)
    ++numErrors;
  if ((severity == DiagnosticSeverity::Remark && level != Level::Remarks) ||
      (severity == DiagnosticSeverity::Warning && level == Level::Errors))
    return;
  auto line = [&](Diagnostic &one, StringRef indent) {
    stream << indent << nameOf(one.getSeverity()) << ": ";
    if (std::string where = describeLocation(one.getLocation()); !where.empty()) {
      printEscaped(stream, where);
      stream << ": ";
    }
    printEscaped(stream, one.str());
    stream << '\n';
  };
  line(diagnostic, "");
  for (Diagnostic &note : diagnostic.getNotes())
    line(note, "  ");
}

std::string quantc::describeType(Type type, ArrayAttr names) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto ranked = dyn_cast<RankedTensorType>(type);
  if (!ranked) {
    stream << type;
    return text;
  }
  stream << ranked.getElementType() << '[';
  for (auto [i, dim] : llvm::enumerate(ranked.getShape())) {
    StringRef name;
    if (names && i < names.size())
      name = cast<StringAttr>(names[i]).getValue();
    stream << (i ? ", " : "");
    if (dim >= 0)
      stream << dim;
    else
      stream << (name.empty() ? "?" : name);
  }
  stream << ']';
  return text;
}
