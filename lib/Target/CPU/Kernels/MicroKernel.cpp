//===- MicroKernel.cpp - Sums of products in registers --------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// The tile functions: which shape fits an instruction set's registers, and the
// loops around the products (Products.cpp). Every accumulator, the vectors of one
// row of the panel and one spread left-hand value must fit the registers: no
// spills in the inner loop (test/Target/CPU/micro-kernel-spills.mlir).
//
//===----------------------------------------------------------------------===//

#include "MicroKernel.h"
#include "Products.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quantc;

Tile Tile::choose(const ISA &isa, Type lhs, Type rhs, unsigned panel,
                  bool constant) {
  Tile tile;
  tile.panel = panel;
  tile.lanes = isa.floatLanes;
  tile.lhsSigned = !lhs.isUnsignedInteger();
  tile.rhsSigned = !rhs.isUnsignedInteger();
  bool hasDot =
      isa.dot == ISA::Dot::VPDPBUSD512 || isa.dot == ISA::Dot::SDOT;
  if (lhs.isF32())
    tile.product = Product::Float;
  else
    tile.product =
        hasDot && tile.rhsSigned ? Product::Dot : Product::Wide;
  if (!constant && tile.flipsLhs(isa))
    tile.product = Product::Wide;
  if (tile.product == Product::Wide) {
    // Two accumulators per vector of columns: pairs of products, summed last.
    tile.vectors = 1;
    tile.rows = isa.registers == 32 ? 8 : 4;
    return tile;
  }
  if (isa.registers == 32) {
    tile.vectors = std::min(panel / tile.lanes, 4u);
    if ((panel / tile.lanes) % tile.vectors)
      tile.vectors = 3;
    static constexpr unsigned rowsOf[] = {16, 12, 8, 6};
    tile.rows = rowsOf[tile.vectors - 1];
    return tile;
  }
  tile.vectors = isa.fma ? 2 : 1;
  tile.rows = isa.fma ? 6 : 4;
  return tile;
}

SmallVector<unsigned> Tile::rowCounts() const {
  SmallVector<unsigned> counts;
  for (unsigned count : {1, 2, 4, 6, 8, 12, 16})
    if (count < rows && !(count == 6 && rows > 8))
      counts.push_back(count);
  counts.push_back(rows);
  return counts;
}

bool Tile::flipsLhs(const ISA &isa) const {
  if (product != Product::Dot)
    return false;
  bool wantsSigned = isa.dot == ISA::Dot::SDOT;
  return lhsSigned != wantsSigned;
}

namespace {

/// Writes the body of one tile function.
class TileEmitter {
public:
  TileEmitter(CodeBuilder &code, const Tile &tile, const ISA &isa,
              unsigned rows, ValueRange args)
      : code(code), tile(tile), rows(rows), products(code, tile, isa),
        call{args[0], args[1], args[2], args[3],
             args[4], args[5], args[6], args[7]} {}

  void emit() {
    int64_t width = tile.vectors * tile.lanes;
    code.loop(
        code.i64(0), code.i64(tile.panel),
        [&](Value column) { emitColumns(column); }, width);
  }

private:
  using Values = CodeBuilder::Values;
  CodeBuilder &code;
  const Tile &tile;
  unsigned rows;
  Products products;
  TileCall call;

  Type i32() { return code.builder.getI32Type(); }

  /// All taps for the columns from `column` on that are held at once.
  void emitColumns(Value column) {
    Values init;
    for (unsigned row = 0; row < rows; ++row) {
      Value start =
          code.add(code.mul(call.initStride, code.i64(row)), column);
      init.append(products.start(call.init, start));
    }
    // One column of one step is 4 bytes, a number or four codes.
    Value rhs = code.at(call.rhs, i32(), column);
    Value steps = call.k;
    if (!tile.isFloat())
      steps = code.add(call.k, code.select(code.gt(call.tail, code.i64(0)),
                                           code.i64(1), code.i64(0)));
    Value tapSize = code.mul(steps, code.i64(tile.panel));
    Values sums = code.loop(
        code.i64(0), call.taps, init, [&](Value tap, ValueRange acc) {
          Value from = code.at(rhs, i32(), code.mul(tap, tapSize));
          return emitTap(tap, from, acc);
        });
    unsigned each = sums.size() / rows;
    for (unsigned row = 0; row < rows; ++row) {
      Value at = code.add(code.i64(int64_t(row) * tile.panel), column);
      products.finish(ValueRange(sums).slice(row * each, each), call.init,
                      code.add(code.mul(call.initStride, code.i64(row)), column),
                      call.acc, at);
    }
  }

  /// k of one tap, then the codes beyond whole groups of four.
  Values emitTap(Value tap, Value rhs, ValueRange acc) {
    Values pointers;
    Type pointer = call.rows.getType();
    Value first = code.mul(tap, code.i64(rows));
    for (unsigned row = 0; row < rows; ++row) {
      Value address = LLVM::GEPOp::create(
          code.builder, code.loc, pointer, pointer, call.rows,
          ArrayRef<LLVM::GEPArg>{code.add(first, code.i64(row))});
      pointers.push_back(LLVM::LoadOp::create(code.builder, code.loc, pointer,
                                              address, /*alignment=*/8));
    }
    auto stepAt = [&](Value k) {
      return code.at(rhs, i32(), code.mul(k, code.i64(tile.panel)));
    };
    Values sums = code.loop(
        code.i64(0), call.k, acc, [&](Value k, ValueRange carried) {
          return emitStep(stepAt(k), carried, [&](unsigned row) {
            return products.loadLhs(pointers[row], k);
          });
        });
    if (tile.isFloat())
      return sums;
    return code.chooseValues(
        code.gt(call.tail, code.i64(0)),
        [&] {
          return emitStep(stepAt(call.k), sums, [&](unsigned row) {
            return products.loadLhsTail(pointers[row], call.k, call.tail);
          });
        },
        [&] { return sums; });
  }

  /// acc += lhs * one row of the panel.
  Values emitStep(Value rhs, ValueRange acc,
                  llvm::function_ref<Value(unsigned)> lhs) {
    Values b = products.loadRhs(rhs), next;
    for (unsigned row = 0; row < rows; ++row) {
      Value a = lhs(row);
      for (unsigned i = 0; i < b.size(); ++i)
        next.push_back(
            products.accumulate(acc[row * b.size() + i], a, b[i]));
    }
    return next;
  }
};

} // namespace

/// "quantc.tile.avx512vnni.u8s8.8x48"
static std::string getName(const Tile &tile, const ISA &isa, Twine suffix) {
  std::string types = tile.addsBlock ? "f32" : "f32chain";
  if (!tile.isFloat())
    types = std::string(tile.lhsSigned ? "s8" : "u8") +
            (tile.rhsSigned ? "s8" : "u8");
  return ("quantc.tile." + isa.name + "." + types + "." + suffix + "x" +
          Twine(tile.panel))
      .str();
}

static LLVM::LLVMFunctionType getFunctionType(MLIRContext *context,
                                              ValueRange arguments) {
  SmallVector<Type> types(arguments.getTypes());
  return LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context), types);
}

/// Calls the shared function `name`, writing its body with `body` if it is new.
static void callShared(
    KernelContext &ctx, StringRef name, ValueRange arguments,
    llvm::function_ref<void(CodeBuilder &, ValueRange)> body) {
  auto type = getFunctionType(ctx.builder.getContext(), arguments);
  auto [function, isNew] = ctx.helper(name, type);
  if (isNew) {
    OpBuilder::InsertionGuard guard(ctx.builder);
    Block *entry = function.addEntryBlock(ctx.builder);
    ctx.builder.setInsertionPointToStart(entry);
    CodeBuilder code(ctx.builder, ctx.loc);
    body(code, entry->getArguments());
    LLVM::ReturnOp::create(ctx.builder, ctx.loc, ValueRange());
  }
  LLVM::CallOp::create(ctx.builder, ctx.loc, function, arguments);
}

void quantc::callTile(KernelContext &ctx, const Tile &tile, unsigned rows,
                      const TileCall &call) {
  SmallVector<Value> arguments = {call.rows, call.taps, call.k,
                                  call.tail, call.rhs,  call.init,
                                  call.initStride, call.acc};
  callShared(ctx, getName(tile, *ctx.isa, Twine(rows)), arguments,
             [&](CodeBuilder &code, ValueRange args) {
               TileEmitter(code, tile, *ctx.isa, rows, args).emit();
             });
}

void quantc::callStart(KernelContext &ctx, const Tile &tile, Value rhs,
                       Value groups, Value start) {
  assert(tile.flipsLhs(*ctx.isa) && "codes are used as they are");
  SmallVector<Value> arguments = {rhs, groups, start};
  callShared(
      ctx, getName(tile, *ctx.isa, "start"), arguments,
      [&](CodeBuilder &code, ValueRange args) {
        Type i32 = code.builder.getI32Type();
        Products products(code, tile, *ctx.isa);
        Value flipped = products.splatCode(-128);
        int64_t width = tile.vectors * tile.lanes;
        auto columns = [&](Value column) {
          CodeBuilder::Values zeros(
              tile.vectors,
              code.integer(VectorType::get(tile.lanes, i32), 0));
          auto step = [&](Value k, ValueRange acc) {
            Value at = code.add(code.mul(k, code.i64(tile.panel)), column);
            CodeBuilder::Values b = products.loadRhs(code.at(args[0], i32, at));
            for (auto [i, vector] : llvm::enumerate(b))
              vector = products.accumulate(acc[i], flipped, vector);
            return b;
          };
          CodeBuilder::Values sums =
              code.loop(code.i64(0), args[1], zeros, step);
          for (auto [i, sum] : llvm::enumerate(sums))
            code.store(code.sub(zeros[0], sum), args[2], i32,
                       code.add(column, code.i64(i * tile.lanes)));
        };
        code.loop(code.i64(0), code.i64(tile.panel), columns, width);
      });
}
