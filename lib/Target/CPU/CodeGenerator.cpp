//===- CodeGenerator.cpp - LLVM, in process ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Kernels arrive in final form, so LLVM only cleans up: no vectorizers, no
// unrolling, and no machine scheduler, which hoists a micro-kernel's broadcasts
// until they spill. Floating-point operations are never fused.
//
//===----------------------------------------------------------------------===//

#include "CodeGenerator.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm-c/Target.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include <mutex>

using namespace mlir;
using namespace quantc;

/// LLVM's process-wide state, set up once: the targets quantc generates code
/// for, and the one setting of theirs that only has a command line option.
static void initializeLLVM() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    auto &options = llvm::cl::getRegisteredOptions();
    auto it = options.find("enable-misched");
    if (it != options.end() && it->second->getNumOccurrences() == 0)
      it->second->addOccurrence(0, "enable-misched", "false");
  });
}

std::unique_ptr<CodeGenerator> CodeGenerator::create(ModuleOp module) {
  initializeLLVM();
  std::unique_ptr<CodeGenerator> generator(new CodeGenerator(module));
  if (failed(generator->createMachine()) || failed(generator->translate()))
    return nullptr;
  return generator;
}

LogicalResult CodeGenerator::createMachine() {
  auto attr = module->getAttrOfType<StringAttr>(
      LLVM::LLVMDialect::getTargetTripleAttrName());
  if (!attr)
    return module.emitError("no target triple; run quantc-cpu");
  llvm::Triple triple(attr.getValue());
  std::string problem;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, problem);
  if (!target)
    return module.emitError("target '") << triple.str() << "': " << problem;
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  options.FunctionSections = true;
  options.DataSections = true;
  machine.reset(target->createTargetMachine(
      triple, /*CPU=*/"", /*Features=*/"", options, llvm::Reloc::PIC_,
      llvm::CodeModel::Small, llvm::CodeGenOptLevel::Default));
  return success(machine != nullptr);
}

LogicalResult CodeGenerator::translate() {
  DialectRegistry registry;
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  module.getContext()->appendDialectRegistry(registry);
  llvmModule = translateModuleToLLVMIR(module, context, "quantc");
  if (!llvmModule)
    return module.emitError("translation to LLVM IR failed");
  llvmModule->setTargetTriple(machine->getTargetTriple());
  llvmModule->setDataLayout(machine->createDataLayout());
  llvmModule->setPICLevel(llvm::PICLevel::BigPIC);
  return success();
}

void CodeGenerator::optimize() {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(machine.get(), tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(*llvmModule, modules);
}

LogicalResult CodeGenerator::emit(llvm::raw_pwrite_stream &stream,
                                  llvm::CodeGenFileType type) {
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type))
    return module.emitError("LLVM cannot emit this kind of file for ")
           << machine->getTargetTriple().str();
  passes.run(*llvmModule);
  return success();
}
