//===- CalibrationTableTest.cpp - Statistics of a model's tensors ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//

#include "quantc/Calibration/CalibrationTable.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>

using namespace quantc;
using llvm::StringRef;

static CalibrationTable makeTable() {
  CalibrationTable table;
  table.modelHash = "ab";
  table.samples = 3;
  table.getOrCreate("x").values.add({1.0f, -0.1f, 3.4028235e38f, 1e-45f});
  TensorStatistics &channels = table.getOrCreate("channels");
  channels.setChannels(1, 2, /*histograms=*/true);
  channels.values.add({-0.5f, 7.0f});
  channels.runMinima.addCount(Histogram::getBucket(-0.5f), 1);
  channels.runMaxima.addCount(Histogram::getBucket(7.0f), 1);
  channels.channelMin = channels.channelMax = {-0.5f, 7.0f};
  for (unsigned c : {0u, 1u}) {
    channels.channelSums[c].add(channels.channelMin[c]);
    channels.channelSquares[c].add(0.1);
    channels.channelCounts[c * ChannelBuckets::count +
                           ChannelBuckets::of(channels.channelMin[c])] = 1;
  }
  channels.searched = Interval{-0.25f, 6.5f};
  table.getOrCreate("/layer.0/\"odd\" name").values.add({0.333333343f});
  return table;
}

static std::string toText(const CalibrationTable &table) {
  std::string text;
  llvm::raw_string_ostream os(text);
  table.print(os);
  return text;
}

static std::string parseError(StringRef text) {
  auto table = CalibrationTable::parse(text, "t.calib");
  return table ? "" : llvm::toString(table.takeError());
}

/// A table with one tensor, the fields after its name given.
static std::string tensorError(const std::string &fields) {
  return parseError(R"({"format": "quantc-calibration", "version": 2,
    "model": "", "samples": 1, "checksum": "none",
    "tensors": [{"name": "x", )" + fields + "}]}");
}

TEST(CalibrationTable, RoundTrip) {
  CalibrationTable table = makeTable();
  std::string text = toText(table);
  CalibrationTable read =
      llvm::cantFail(CalibrationTable::parse(text, "t.calib"));
  EXPECT_EQ(read.modelHash, "ab");
  EXPECT_EQ(read.samples, 3u);
  ASSERT_EQ(read.getTensors().size(), 3u);
  for (const auto &[name, statistics] : table.getTensors()) {
    const TensorStatistics *other = read.lookup(name);
    ASSERT_NE(other, nullptr);
    EXPECT_TRUE(*other == statistics);
  }
  EXPECT_EQ(toText(read), text);
}

TEST(CalibrationTable, ShardsAddUp) {
  CalibrationTable first = makeTable(), second = makeTable();
  second.getOrCreate("y").values.add({2.0f});
  EXPECT_FALSE(bool(first.merge(second)));
  EXPECT_EQ(first.samples, 6u);
  EXPECT_EQ(first.lookup("x")->values.getTotal(), 8u);
  EXPECT_EQ(first.lookup("y")->values.getTotal(), 1u);
}

TEST(CalibrationTable, WrongModel) {
  CalibrationTable first = makeTable(), second = makeTable();
  second.modelHash = "cd";
  EXPECT_EQ(llvm::toString(first.merge(second)),
            "the calibration table was made for model sha256:ab, this is "
            "sha256:cd; calibrate again");
  EXPECT_FALSE(bool(first.checkModel("ab")));
  EXPECT_FALSE(bool(first.checkModel("")));
}

TEST(CalibrationTable, EveryTruncationIsNoticed) {
  std::string text = toText(makeTable());
  for (size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_NE(parseError(StringRef(text).take_front(size)), "") << size;
}

TEST(CalibrationTable, EveryFlippedBitIsNoticed) {
  std::string text = toText(makeTable());
  for (size_t i = 0; i + 1 < text.size(); ++i)
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = text;
      damaged[i] = char(damaged[i] ^ (1u << bit));
      EXPECT_NE(parseError(damaged), "") << i << " bit " << bit;
    }
  text[text.find("-0.25")] = '9';
  EXPECT_EQ(parseError(text),
            "calibration table 't.calib': the checksum does not match: the file "
            "was damaged after it was written; calibrate again (or, after an "
            "edit on purpose, set \"checksum\" to \"none\")");
}

TEST(CalibrationTable, OtherMask) {
  CalibrationTable first = makeTable(), second = makeTable();
  second.mask = "attention_mask";
  EXPECT_EQ(llvm::toString(first.merge(second)),
            "one table leaves out positions by mask '', the other by "
            "'attention_mask'; calibrate again with one --mask");
}

TEST(CalibrationTable, WrongTensors) {
  StringRef prefix = "calibration table 't.calib': tensor 'x': ";
  struct {
    const char *fields, *reason;
  } cases[] = {
      {R"("min": "1", "max": "2", "count": 2, "buckets": [16256, 1])",
       "'count' is not the sum of the buckets"},
      {R"("min": "1", "max": "2", "count": 1, "buckets": [16256])",
       "'buckets' is not a list of pairs"},
      {R"("min": "1", "max": "2", "count": 1, "buckets": [70000, 1])",
       "bucket numbers are not ascending below 65536"},
      {R"("min": "1", "max": "2", "count": 1, "buckets": [16256, -1])",
       "bucket 16256 has no positive count"},
      {R"("min": "2", "max": "1", "count": 1, "buckets": [16256, 1])",
       "'min' is greater than 'max'"},
      {R"("min": "nan", "max": "1", "count": 1, "buckets": [16256, 1])",
       "'min' or 'max' is NaN"},
      {R"("min": 1, "max": "1", "count": 1, "buckets": [16256, 1])",
       "'min' or 'max' is missing or no number"},
      {R"("min": "1", "max": "9", "count": 1, "buckets": [16256, 1])",
       "'min' and 'max' do not fit the buckets"},
      {R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1],
          "searched": ["2", "1"])",
       "'searched' is not an ordered pair of numbers"},
      {R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1],
          "runs": {"minima": [16256, 1], "maxima": []})",
       "'minima' and 'maxima' do not count the same runs"},
      {R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1],
          "channels": {"axis": 1, "min": ["1", "1"], "max": ["1", "1"],
                       "sums": ["1", "1"], "squares": ["1", "1"]})",
       "'count' is not the same for every channel"},
      {R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1],
          "channels": {"axis": 1, "min": ["1"], "max": ["1"], "sums": ["1.5"],
                       "squares": ["1"]})",
       "'channels' has lists of different lengths, or no numbers in them"},
      {R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1],
          "channels": {"axis": 1, "min": ["1"], "max": ["1"], "sums": ["1"],
                       "squares": ["1"], "counts": "Af8D"})",
       "'counts' of channel 0 are wrong"},
  };
  for (const auto &entry : cases)
    EXPECT_EQ(tensorError(entry.fields), (prefix + entry.reason).str());
}

TEST(CalibrationTable, DuplicateTensor) {
  std::string fields =
      R"("min": "1", "max": "1", "count": 1, "buckets": [16256, 1])";
  EXPECT_EQ(tensorError(fields + R"(}, {"name": "x", )" + fields),
            "calibration table 't.calib': tensor 'x' appears twice");
}

TEST(CalibrationTable, NotATable) {
  EXPECT_EQ(parseError("[]"),
            "calibration table 't.calib': not a calibration table");
  EXPECT_EQ(parseError(R"({"format": "quantc-calibration", "version": 1})"),
            "calibration table 't.calib': the table's version is not 2, the "
            "only one this version reads; calibrate again");
  EXPECT_EQ(parseError(R"({"format": "quantc-calibration", "version": 2})"),
            "calibration table 't.calib': the table has no checksum; it is cut "
            "off or damaged");
}

TEST(CalibrationTable, SaveAndLoad) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("calib", folder));
  std::string path = (folder + "/t.calib").str();
  EXPECT_FALSE(bool(makeTable().save(path)));
  EXPECT_EQ(toText(llvm::cantFail(CalibrationTable::load(path))),
            toText(makeTable()));
  llvm::sys::fs::remove_directories(folder);
}
