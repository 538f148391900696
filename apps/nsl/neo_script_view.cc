// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "neo/contract_hash.h"
#include "neo/disassembler.h"
#include "neo_views.h"

namespace nsl::cli {
namespace {

struct Line {
  size_t offset;
  std::string opcode;
  std::string operand;
  std::string note;
};

// What data probably is: a contract or account, or a text.
std::string NoteOf(const neo::Instruction& in) {
  const neo::OpcodeRow* row = neo::FindOpcode(static_cast<uint8_t>(in.opcode));
  if (row == nullptr || !neo::HasData(row->operand) || in.operand.empty()) return {};
  auto visible = [](uint8_t c) { return c >= 0x20 && c < 0x7f; };
  if (std::ranges::all_of(in.operand, visible)) {
    return "\"" + std::string(AsText(in.operand)) + "\"";
  }
  auto hash = ToArray<20>(in.operand);
  if (!hash) return {};
  const neo::NativeContract* native = neo::FindNative(neo::ScriptHash{*hash});
  if (native != nullptr) return std::string(native->name);
  return neo::ToAddress({*hash});
}

Line LineOf(const neo::Instruction& in) {
  std::string text = neo::ToText(in);
  // "0005 PUSHINT8 17": the operand is what stands behind the second space.
  size_t name = text.find(' ') + 1;
  size_t operand = std::min(text.find(' ', name), text.size());
  return {.offset = in.offset,
          .opcode = text.substr(name, operand - name),
          .operand = operand < text.size() ? text.substr(operand + 1) : std::string(),
          .note = NoteOf(in)};
}

}  // namespace

std::string AccountText(const neo::ScriptHash& hash) {
  return neo::ToAddress(hash) + "  " + neo::ToText(hash);
}

void ShowScript(Terminal& term, ByteView script) {
  auto instructions = neo::ReadScript(script);
  if (!instructions) {
    term.Line("not readable as instructions: " + instructions.error().detail);
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (const neo::Instruction& in : *instructions) {
    Line line = LineOf(in);
    std::vector<std::string> cells{std::to_string(line.offset), line.opcode};
    // No blanks at the end of a line.
    if (!line.operand.empty()) cells.push_back(line.operand);
    if (!line.note.empty()) cells.push_back(line.note);
    rows.push_back(std::move(cells));
  }
  term.Table({"BYTE", "OPCODE", "OPERAND", "PROBABLY"}, rows);
}

boost::json::object ScriptJson(ByteView script) {
  auto instructions = neo::ReadScript(script);
  if (!instructions) return {{"fault", instructions.error().detail}};
  boost::json::array lines;
  for (const neo::Instruction& in : *instructions) {
    Line line = LineOf(in);
    boost::json::object one{{"offset", line.offset}, {"opcode", line.opcode}};
    if (!line.operand.empty()) one["operand"] = line.operand;
    if (!line.note.empty()) one["note"] = line.note;
    lines.push_back(std::move(one));
  }
  return {{"instructions", std::move(lines)}};
}

}  // namespace nsl::cli
