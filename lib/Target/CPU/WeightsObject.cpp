//===- WeightsObject.cpp - Constants as an object file ---===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Weights do not pass through LLVM, which would copy them several times: they
// are streamed from where they are into a small ELF file of our own,
//
//   header | weights | symbol table | symbol names | section names | sections
//
//===----------------------------------------------------------------------===//

#include "WeightsObject.h"
#include "MemoryPlan.h"
#include "quantc/Dialect/ONNX/IR/Constants.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace quantc;
namespace elf = llvm::ELF;

namespace {
/// The sections, by number.
enum Section { Null, Weights, Symbols, SymbolNames, SectionNames, Stack, Count };

class ObjectWriter {
public:
  ObjectWriter(llvm::raw_ostream &stream, StringRef symbol)
      : stream(stream), symbolNames("\0", 1) {
    symbolNames += symbol.str();
    symbolNames += '\0';
  }
  void write(const llvm::Triple &triple, ArrayRef<Attribute> constants);

private:
  template <typename T> void put(const T &record) {
    stream.write(reinterpret_cast<const char *>(&record), sizeof(T));
    position += sizeof(T);
  }
  void put(StringRef bytes) {
    stream << bytes;
    position += bytes.size();
  }
  void align(uint64_t alignment) {
    uint64_t target = llvm::alignTo(position, alignment);
    stream.write_zeros(target - position);
    position = target;
  }
  void putHeader(const llvm::Triple &triple, uint64_t sectionsAt);
  void begin(Section section, uint64_t alignment);
  void end(Section section) {
    sections[section].sh_size = position - sections[section].sh_offset;
  }
  void describe(Section section, StringRef name, uint32_t type,
                uint64_t flags);

  llvm::raw_ostream &stream;
  uint64_t position = 0;
  std::string symbolNames;
  std::string sectionNames = std::string(1, '\0');
  elf::Elf64_Shdr sections[Count] = {};
};
} // namespace

void ObjectWriter::begin(Section section, uint64_t alignment) {
  align(alignment);
  sections[section].sh_offset = position;
  sections[section].sh_addralign = alignment;
}

void ObjectWriter::describe(Section section, StringRef name, uint32_t type,
                            uint64_t flags) {
  sections[section].sh_name = sectionNames.size();
  sections[section].sh_type = type;
  sections[section].sh_flags = flags;
  sectionNames += name.str();
  sectionNames += '\0';
}

void ObjectWriter::putHeader(const llvm::Triple &triple, uint64_t sectionsAt) {
  elf::Elf64_Ehdr header = {};
  memcpy(header.e_ident, elf::ElfMagic, 4);
  header.e_ident[elf::EI_CLASS] = elf::ELFCLASS64;
  header.e_ident[elf::EI_DATA] = elf::ELFDATA2LSB;
  header.e_ident[elf::EI_VERSION] = elf::EV_CURRENT;
  header.e_type = elf::ET_REL;
  header.e_machine = triple.isAArch64() ? elf::EM_AARCH64 : elf::EM_X86_64;
  header.e_version = elf::EV_CURRENT;
  header.e_shoff = sectionsAt;
  header.e_ehsize = sizeof(elf::Elf64_Ehdr);
  header.e_shentsize = sizeof(elf::Elf64_Shdr);
  header.e_shnum = Count;
  header.e_shstrndx = SectionNames;
  put(header);
}

void ObjectWriter::write(const llvm::Triple &triple,
                         ArrayRef<Attribute> constants) {
  constexpr uint64_t alignment = MemoryPlan::alignment;
  describe(Weights, ".quantc.weights", elf::SHT_PROGBITS, elf::SHF_ALLOC);
  describe(Symbols, ".symtab", elf::SHT_SYMTAB, 0);
  describe(SymbolNames, ".strtab", elf::SHT_STRTAB, 0);
  describe(SectionNames, ".shstrtab", elf::SHT_STRTAB, 0);
  describe(Stack, ".note.GNU-stack", elf::SHT_PROGBITS, 0);
  sections[Stack].sh_addralign = 1;
  sections[Symbols].sh_link = SymbolNames;
  sections[Symbols].sh_info = 1; // first global symbol
  sections[Symbols].sh_entsize = sizeof(elf::Elf64_Sym);

  uint64_t weightBytes = 0;
  for (Attribute constant : constants) {
    auto type = cast<RankedTensorType>(cast<TypedAttr>(constant).getType());
    weightBytes += llvm::alignTo(
        type.getNumElements() * getElementBytes(type.getElementType()),
        alignment);
  }
  uint64_t end = llvm::alignTo(sizeof(elf::Elf64_Ehdr), alignment) +
                 weightBytes + 2 * sizeof(elf::Elf64_Sym) +
                 symbolNames.size() + sectionNames.size();
  putHeader(triple, llvm::alignTo(end, 8));

  begin(Weights, alignment);
  for (Attribute constant : constants) {
    std::optional<ConstantData> data = ConstantData::get(constant);
    put(StringRef(data->getBytes().data(), data->getBytes().size()));
    align(alignment);
  }
  this->end(Weights);
  assert(sections[Weights].sh_size == weightBytes);

  begin(Symbols, 8);
  put(elf::Elf64_Sym{});
  elf::Elf64_Sym symbol = {};
  symbol.st_name = 1;
  symbol.setBindingAndType(elf::STB_GLOBAL, elf::STT_OBJECT);
  symbol.st_other = elf::STV_HIDDEN;
  symbol.st_shndx = Weights;
  symbol.st_size = weightBytes;
  put(symbol);
  this->end(Symbols);
  begin(SymbolNames, 1);
  put(StringRef(symbolNames));
  this->end(SymbolNames);
  begin(SectionNames, 1);
  put(StringRef(sectionNames));
  this->end(SectionNames);
  align(8);
  for (const elf::Elf64_Shdr &section : sections)
    put(section);
}

void quantc::writeWeightsObject(llvm::raw_ostream &stream,
                                const llvm::Triple &triple, StringRef symbol,
                                ArrayRef<Attribute> constants) {
  ObjectWriter(stream, symbol).write(triple, constants);
}
