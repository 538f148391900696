// SPDX-License-Identifier: Apache-2.0
#include "neo/assembler.h"

#include <gtest/gtest.h>

#include <random>

#include "neo/disassembler.h"

namespace nsl::neo {
namespace {

std::string Assembled(std::string_view text) {
  auto script = Assemble(text);
  return script ? ToHex(*script) : script.error().detail;
}

TEST(AssemblerTest, KnowsEachKindOfOperand) {
  EXPECT_EQ(Assembled("PUSHINT8 -2\nPUSHINT16 300\nPUSHDATA1 0x0102\nPUSHDATA1 \"a \\\"b; c\\\"\"\n"
                      "CALLT 258\nSYSCALL System.Runtime.GetTime\nSYSCALL 0x01020304\n"
                      "INITSLOT 2 1\nLDLOC 7\nCONVERT Buffer\nISTYPE 0x99 ; none\n"),
            "00fe012c010c0201020c086120"
            "22623b206322"
            "37020141b7c3880341010203045702016f07db30d999");
}

TEST(AssemblerTest, PushTakesTheShortestInstruction) {
  EXPECT_EQ(Assembled("PUSH 5\nPUSH -1\nPUSH 17\nPUSH \"hi\"\nPUSH 0x"), "150f00110c0268690c00");
}

TEST(AssemblerTest, JumpsLeadToLabelsAndBytes) {
  EXPECT_EQ(Assembled("start: PUSHT\n JMPIF done\n JMP start\n JMP_L 3\ndone:\n RET"),
            "08240922fd23feffffff40");
  EXPECT_EQ(Assembled("TRY catch -\nENDTRY end\ncatch: DROP\nENDTRY end\nend: RET"),
            "3b05003d05453d0240");
  // The offsets of a disassembly stay with their lines when one is put in between.
  EXPECT_EQ(Assembled("0000 JMP 2\nNOP\n0002 RET"), "22032140");
}

TEST(AssemblerTest, EveryErrorNamesItsLine) {
  struct {
    const char* text;
    const char* error;
  } cases[] = {
      {"PUSH1\nNOPE", "assembly, line 2: 'NOPE' is no instruction"},
      {"push1", "assembly, line 1: 'push1' is no instruction"},
      {"PUSHINT8 128", "assembly, line 1: '128' is no number of 1 bytes"},
      {"PUSHDATA1 0x1",
       "assembly, line 1: '0x1' is neither 0x with hexadecimal digits nor \"text\""},
      {"PUSHDATA1 \"a", "assembly, line 1: the text has no closing quote"},
      {"PUSHDATA1 \"\\x\"", "assembly, line 1: \\x is no escape; there are \\\" \\\\ \\n \\t"},
      {"\nRET 1", "assembly, line 2: RET takes 0 operands, not 1"},
      {"RET\nJMP far", "assembly, line 2: there is no label 'far'"},
      {"JMP -", "assembly, line 1: JMP needs a target"},
      {"a: RET\na: RET", "assembly, line 2: the label 'a' stands above, too"},
      {"0007 RET\n7 RET", "assembly, line 2: the label '7' stands above, too"},
      {"a-b: RET", "assembly, line 1: 'a-b' is no label"},
      {"SYSCALL System.None", "assembly, line 1: 'System.None' is no system call"},
      {"LDLOC 256", "assembly, line 1: '256' is no number from 0 to 255"},
      {"JMP 128",
       "assembly, line 1: the distance 128 does not fit; the instruction with _L reaches it"},
      {"JMP_L 99999999999999999999", "assembly, line 1: there is no label '99999999999999999999'"},
      {"; nothing", "assembly: there is no instruction"},
  };
  for (const auto& c : cases) EXPECT_EQ(Assembled(c.text), c.error) << c.text;
  EXPECT_FALSE(Assemble("PUSHDATA1 \"abc\"", 4));
  EXPECT_FALSE(Assemble(std::string(kMaxAssemblyText + 1, '\n')));
}

TEST(AssemblerTest, GivesBackWhatWasDisassembled) {
  std::mt19937 random(20240607);
  int whole = 0;
  for (int round = 0; round < 3'000; ++round) {
    Bytes script(1 + random() % 30);
    for (uint8_t& byte : script) byte = static_cast<uint8_t>(random());
    auto text = Disassemble(script);
    if (!text) continue;
    ++whole;
    EXPECT_EQ(Assembled(*text), ToHex(script)) << *text;
  }
  EXPECT_GT(whole, 20);
}

}  // namespace
}  // namespace nsl::neo
