// SPDX-License-Identifier: Apache-2.0
#include "neo/assembler.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <vector>

#include "neo/assembly_text.h"
#include "neo/stack_item.h"

namespace nsl::neo {
namespace {

// A distance that is filled in once all labels are known.
struct Fixup {
  std::string_view target;
  size_t line;
  size_t instruction;
  size_t at;
  size_t bytes;
};

bool IsNumber(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// 0012 and 12 are one label.
std::string_view LabelKey(std::string_view label) {
  while (IsNumber(label) && label.size() > 1 && label[0] == '0') label.remove_prefix(1);
  return label;
}

class Assembler {
 public:
  explicit Assembler(size_t max_bytes) : max_bytes_(max_bytes) {}
  Result<Bytes> Run(std::string_view text);

 private:
  std::unexpected<Error> Wrong(const std::string& what) const {
    return Fail(Reason::kChainInvalid, fmt::format("assembly, line {}: {}", line_, what));
  }
  // The same with the line in the error.
  template <class T>
  Result<T> Here(Result<T> result) const {
    if (!result) return Wrong(result.error().detail);
    return result;
  }
  Status Line(std::string_view line);
  Status Label(AssemblyWords& words);
  Status Instruction(const OpcodeRow& row, const AssemblyWords& words);
  Status Operands(const OpcodeRow& row, const AssemblyWords& words, Bytes& operand);
  Status Wide(const OpcodeRow& row, std::string_view word, Bytes& operand);
  void Distance(std::string_view word, size_t bytes, Bytes& operand);
  Status Push(std::string_view word);
  Status Resolve(const Fixup& fixup);

  Result<uint64_t> Number(std::string_view word, uint64_t max) const;
  // 0x and exactly so many bytes.
  Result<Bytes> Raw(std::string_view word, size_t bytes, std::string_view what) const;

  size_t max_bytes_;
  size_t line_ = 0;
  Bytes out_;
  std::unordered_map<std::string_view, size_t> labels_;
  std::vector<Fixup> fixups_;
};

Result<Bytes> Assembler::Raw(std::string_view word, size_t bytes, std::string_view what) const {
  std::optional<Bytes> out;
  if (word.starts_with("0x") && word.size() == 2 + 2 * bytes) out = FromHex(word.substr(2));
  if (!out) return Wrong(fmt::format("'{}' is no {}", word.substr(0, 64), what));
  return *std::move(out);
}

Result<uint64_t> Assembler::Number(std::string_view word, uint64_t max) const {
  uint64_t value = 0;
  auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size() || value > max) {
    return Wrong(fmt::format("'{}' is no number from 0 to {}", word.substr(0, 64), max));
  }
  return value;
}

void Assembler::Distance(std::string_view word, size_t bytes, Bytes& operand) {
  // After the opcode and what stands before this distance in the operand.
  size_t at = out_.size() + 1 + operand.size();
  operand.resize(operand.size() + bytes);
  if (word != "-") fixups_.push_back({word, line_, out_.size(), at, bytes});
}

// Numbers of 1 to 32 bytes.
Status Assembler::Wide(const OpcodeRow& row, std::string_view word, Bytes& operand) {
  size_t bytes = OperandSize(row.operand);
  auto value = Integer::FromText(word);
  if (!value || value->Shortest().size() > bytes) {
    return Wrong(fmt::format("'{}' is no number of {} bytes", word.substr(0, 96), bytes));
  }
  operand.assign(value->bytes().begin(), value->bytes().begin() + static_cast<ptrdiff_t>(bytes));
  return {};
}

std::optional<uint8_t> TypeByName(std::string_view name) {
  using enum StackItemType;
  for (StackItemType type : {kAny, kPointer, kBoolean, kInteger, kByteString, kBuffer, kArray,
                             kStruct, kMap, kInteropInterface}) {
    if (TextOf(type) == name) return static_cast<uint8_t>(type);
  }
  return std::nullopt;
}

Status Assembler::Operands(const OpcodeRow& row, const AssemblyWords& words, Bytes& operand) {
  size_t bytes = OperandSize(row.operand);
  switch (row.operand) {
    case Operand::kNone:
      return {};
    case Operand::kData8:
    case Operand::kData16:
    case Operand::kData32: {
      NSL_TRY(operand, Here(AssemblyData(words[1])));
      if (uint64_t{operand.size()} >> (8 * bytes) == 0) return {};
      return Wrong(fmt::format("{} bytes are too many for {}", operand.size(), row.name));
    }
    case Operand::kJump8:
    case Operand::kJump32:
      if (words[1] == "-") return Wrong(fmt::format("{} needs a target", row.name));
      Distance(words[1], bytes, operand);
      return {};
    case Operand::kTry8:
    case Operand::kTry32:
      Distance(words[1], bytes / 2, operand);
      Distance(words[2], bytes / 2, operand);
      return {};
    case Operand::kU8:
    case Operand::kU16:
    case Operand::kSlots:
      for (size_t i = 1; i < words.size(); ++i) {
        NSL_TRY(uint64_t number, Number(words[i], row.operand == Operand::kU16 ? 0xffff : 0xff));
        operand.push_back(static_cast<uint8_t>(number));
        if (row.operand == Operand::kU16) operand.push_back(static_cast<uint8_t>(number >> 8));
      }
      return {};
    case Operand::kSyscall: {
      if (InteropNameOf(InteropIdOf(words[1]))) {
        InteropId id = InteropIdOf(words[1]);
        operand.assign(id.begin(), id.end());
        return {};
      }
      NSL_TRY(operand, Raw(words[1], bytes, "system call"));
      return {};
    }
    case Operand::kType: {
      if (std::optional<uint8_t> type = TypeByName(words[1])) {
        operand = {*type};
        return {};
      }
      NSL_TRY(operand, Raw(words[1], bytes, "type of a stack item"));
      return {};
    }
    default:
      return Wide(row, words[1], operand);
  }
}

Status Assembler::Push(std::string_view word) {
  ScriptBuilder one;
  if (word.starts_with("0x") || word.starts_with('"')) {
    NSL_TRY(Bytes data, Here(AssemblyData(word)));
    one.PushData(data);
  } else {
    NSL_TRY(Integer value, Here(Integer::FromText(word)));
    one.PushInteger(value);
  }
  out_.insert(out_.end(), one.view().begin(), one.view().end());
  return {};
}

Status Assembler::Instruction(const OpcodeRow& row, const AssemblyWords& words) {
  bool two = row.operand == Operand::kTry8 || row.operand == Operand::kTry32 ||
             row.operand == Operand::kSlots;
  size_t operands = row.operand == Operand::kNone ? 0 : two ? 2 : 1;
  if (words.size() != 1 + operands) {
    return Wrong(fmt::format("{} takes {} operands, not {}", row.name, operands, words.size() - 1));
  }
  Bytes operand;
  NSL_TRY_VOID(Operands(row, words, operand));
  out_.push_back(static_cast<uint8_t>(row.opcode));
  size_t prefix = HasData(row.operand) ? OperandSize(row.operand) : 0;
  for (size_t i = 0; i < prefix; ++i) {
    out_.push_back(static_cast<uint8_t>(operand.size() >> (8 * i)));
  }
  out_.insert(out_.end(), operand.begin(), operand.end());
  return {};
}

// Takes the label off the words.
Status Assembler::Label(AssemblyWords& words) {
  std::string_view label = words[0];
  if (label.size() > 1 && label.ends_with(':')) {
    label.remove_suffix(1);
  } else if (!IsNumber(label)) {
    return {};
  }
  if (!IsAssemblyLabel(label)) {
    return Wrong(fmt::format("'{}' is no label", label.substr(0, 64)));
  }
  if (!labels_.emplace(LabelKey(label), out_.size()).second) {
    return Wrong(fmt::format("the label '{}' stands above, too", label.substr(0, 64)));
  }
  words.erase(words.begin());
  return {};
}

Status Assembler::Line(std::string_view line) {
  NSL_TRY(AssemblyWords words, Here(SplitAssemblyLine(line)));
  if (words.empty()) return {};
  NSL_TRY_VOID(Label(words));
  if (words.empty()) return {};
  if (words[0] == "PUSH" && words.size() == 2) {
    NSL_TRY_VOID(Push(words[1]));
  } else {
    const OpcodeRow* row = FindOpcode(words[0]);
    if (row == nullptr) {
      return Wrong(fmt::format("'{}' is no instruction", words[0].substr(0, 64)));
    }
    NSL_TRY_VOID(Instruction(*row, words));
  }
  if (out_.size() > max_bytes_) return Wrong(fmt::format("more than {} bytes", max_bytes_));
  return {};
}

Status Assembler::Resolve(const Fixup& fixup) {
  line_ = fixup.line;
  int64_t target = 0;
  auto label = labels_.find(LabelKey(fixup.target));
  if (label != labels_.end()) {
    target = static_cast<int64_t>(label->second);
  } else {
    auto number = Integer::FromText(fixup.target);
    std::optional<int64_t> byte = number ? number->ToInt64() : std::nullopt;
    // No instruction reaches further.
    constexpr int64_t kFar = int64_t{1} << 33;
    if (!byte || *byte < -kFar || *byte > kFar) {
      return Wrong(fmt::format("there is no label '{}'", fixup.target.substr(0, 64)));
    }
    target = *byte;
  }
  int64_t distance = target - static_cast<int64_t>(fixup.instruction);
  int64_t limit = int64_t{1} << (8 * fixup.bytes - 1);
  if (distance < -limit || distance >= limit) {
    return Wrong(
        fmt::format("the distance {} does not fit; the instruction with _L reaches it", distance));
  }
  for (size_t i = 0; i < fixup.bytes; ++i) {
    out_[fixup.at + i] = static_cast<uint8_t>(distance >> (8 * i));
  }
  return {};
}

Result<Bytes> Assembler::Run(std::string_view text) {
  if (text.size() > kMaxAssemblyText) {
    return Fail(Reason::kChainInvalid,
                fmt::format("assembly: {} bytes are more than {}", text.size(), kMaxAssemblyText));
  }
  while (!text.empty()) {
    size_t end = text.find('\n');
    ++line_;
    NSL_TRY_VOID(Line(text.substr(0, end)));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  if (out_.empty()) return Fail(Reason::kChainInvalid, "assembly: there is no instruction");
  for (const Fixup& fixup : fixups_) NSL_TRY_VOID(Resolve(fixup));
  return std::move(out_);
}

}  // namespace

Result<Bytes> Assemble(std::string_view text, size_t max_bytes) {
  return Assembler(max_bytes).Run(text);
}

}  // namespace nsl::neo
