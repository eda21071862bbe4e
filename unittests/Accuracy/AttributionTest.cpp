//===- AttributionTest.cpp - Where quantization error comes from ----------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Accuracy/Attribution.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace quantc;

static Attribution makeAttribution() {
  Attribution result;
  result.modelHash = "ab12";
  result.recipe = "w8a8";
  result.runs = 3;
  for (const char *node : {"first", "second", "third"}) {
    OpError op;
    op.op = "MatMul";
    op.node = node;
    op.signal = 2.5;
    op.elements = 12;
    op.macs = 100;
    op.isQuantized = op.isInteger = true;
    op.causes = {1e-4, 2e-4, 0, 5e-5, 1e-14};
    op.local = 3e-4;
    op.tensor = "x";
    result.ops.push_back(op);
  }
  result.ops[0].values = {-1, 3, {1, 0, 7}};
  result.ops[0].range = Interval{-0.5f, 3};
  result.ops[1].local = 1e-2;
  result.ops[1].damage = 0.125;
  result.ops[2].isQuantized = result.ops[2].isInteger = false;
  result.outputs.push_back({"y", 1e-3, 0.9995});
  return result;
}

TEST(Attribution, RanksQuantizedOperationsByLocalError) {
  Attribution attribution = makeAttribution();
  std::vector<const OpError *> ranking = attribution.getRanking();
  ASSERT_EQ(ranking.size(), 2u);
  EXPECT_EQ(ranking[0]->node, "second");
  EXPECT_EQ(ranking[1]->node, "first");
  EXPECT_EQ(getCauseName(ranking[1]->getMainCause()), "rounding");
}

TEST(Attribution, IntegerShareCountsMultiplications) {
  Attribution attribution = makeAttribution();
  attribution.ops[2].macs = 200;
  EXPECT_EQ(attribution.getIntegerShare(), 0.5);
  EXPECT_EQ(Attribution().getIntegerShare(), 0);
}

TEST(Attribution, DecibelsOfNoise) {
  EXPECT_DOUBLE_EQ(toDecibels(1e-3), 30);
  EXPECT_TRUE(std::isinf(toDecibels(0)));
}

TEST(Attribution, JSONKeepsEverything) {
  Attribution attribution = makeAttribution();
  std::string text;
  llvm::raw_string_ostream(text) << toJSON(attribution);
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(text);
  ASSERT_TRUE(bool(parsed));
  llvm::Expected<Attribution> back = attributionFromJSON(*parsed);
  ASSERT_TRUE(bool(back)) << llvm::toString(back.takeError());
  std::string again;
  llvm::raw_string_ostream(again) << toJSON(*back);
  EXPECT_EQ(text, again);
  EXPECT_EQ(back->ops[0].values.counts[2], 7u);
  EXPECT_EQ(back->ops[0].range->lo, -0.5f);
  EXPECT_FALSE(back->ops[1].range);
  EXPECT_EQ(back->ops[1].damage, 0.125);
  EXPECT_EQ(back->outputs[0].cosine, 0.9995);
}

/// What reading `text` fails with.
static std::string readError(llvm::StringRef text) {
  llvm::Expected<Attribution> result =
      attributionFromJSON(llvm::cantFail(llvm::json::parse(text)));
  return result ? "" : llvm::toString(result.takeError());
}

TEST(Attribution, ErrorsNameTheKey) {
  EXPECT_NE(readError("[]").find("expected object"), std::string::npos);
  EXPECT_NE(readError(R"({"format": "x", "version": 1})").find("'x'"),
            std::string::npos);
  EXPECT_NE(readError(R"({"format": "quantc-sensitivity", "version": 1,
                          "model": "", "recipe": "", "runs": 1, "ops": [{}],
                          "outputs": []})")
                .find("sensitivity.ops[0].op"),
            std::string::npos);
}
