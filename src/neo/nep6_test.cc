// SPDX-License-Identifier: Apache-2.0
#include "neo/nep6.h"

#include <gtest/gtest.h>

#include "neo/base58.h"
#include "neo/key_test_util.h"
#include "neo/nep2.h"
#include "neo/verification_script.h"

namespace nsl::neo {
namespace {

constexpr crypto::ScryptParams kQuick = {.n = 2, .r = 1, .p = 1};

WalletFile Sample() {
  WalletFile out{.name = "savings", .scrypt = kQuick, .extra = R"({"Tokens":null})"};
  out.accounts.push_back(StandardWalletAccount(SingleKeyScript(TestPublicKey(0)),
                                               *EncryptNep2(TestKey(0), AsBytes("one"), kQuick)));
  out.accounts[0].is_default = true;
  WalletContract shared{.script = *MultisigScript(2, TestPublicKeys(3)),
                        .parameters = {{"parameter0", "Signature"}, {"parameter1", "Signature"}}};
  out.accounts.push_back(
      {.account = HashOfScript(shared.script), .label = "shared", .contract = shared});
  out.accounts.push_back({.account = {{7}},
                          .lock = true,
                          .contract = WalletContract{.deployed = true},
                          .extra = "[1]"});
  return out;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string ErrorOf(std::string_view text) {
  auto wallet = ParseNep6(text);
  if (wallet) return "accepted";
  EXPECT_EQ(wallet.error().reason, Reason::kChainInvalid);
  return wallet.error().detail;
}

TEST(Nep6, WhatIsWrittenReadsBack) {
  auto text = WriteNep6(Sample());
  ASSERT_TRUE(text) << text.error().detail;
  auto back = ParseNep6(*text);
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(back->name, "savings");
  EXPECT_EQ(back->scrypt.n, 2u);
  EXPECT_EQ(back->extra, R"({"Tokens":null})");
  ASSERT_EQ(back->accounts.size(), 3u);
  EXPECT_TRUE(back->accounts[0].is_default);
  EXPECT_EQ(back->accounts[0].nep2, Sample().accounts[0].nep2);
  EXPECT_EQ(back->accounts[1].label, "shared");
  EXPECT_EQ(back->accounts[1].contract->script, Sample().accounts[1].contract->script);
  EXPECT_TRUE(back->accounts[2].lock && back->accounts[2].contract->deployed);
  EXPECT_EQ(*WriteNep6(*back), *text);
}

TEST(Nep6, ReadsAFileWithNullsAndWithoutOptionalMembers) {
  std::string address = AddressOf(TestPublicKey(0));
  for (std::string_view account :
       {R"("key":null,"contract":null,"label":null,"extra":null,)", R"("key":"",)", ""}) {
    std::string text = R"({"version":"1.0","scrypt":{"n":16384,"r":8,"p":8},"accounts":[{)" +
                       std::string(account) + R"("address":")" + address +
                       R"(","isDefault":false,"lock":false}]})";
    auto wallet = ParseNep6(text);
    ASSERT_TRUE(wallet) << wallet.error().detail;
    EXPECT_FALSE(wallet->accounts[0].nep2 || wallet->accounts[0].contract);
  }
}

TEST(Nep6, AWalletOfNeo2IsNamed) {
  ByteArray<21> payload{0x17, 1, 2, 3};
  std::string text =
      R"({"version":"1.0","scrypt":{"n":16384,"r":8,"p":8},"accounts":[{"address":")" +
      ToBase58Check(payload) +
      R"(","key":null,"contract":{"script":"2102ac","parameters":[],"deployed":)"
      R"(false},"label":"","lock":false,"isDefault":false}],"extra":null})";
  EXPECT_NE(ErrorOf(text).find("wallet file of Neo 2"), std::string::npos);
}

TEST(Nep6, RefusalsNameTheMember) {
  std::string good = *WriteNep6(Sample());
  std::string first = AddressOf(TestPublicKey(0));
  struct {
    std::string from, to, pointer;
  } cases[] = {
      {R"("version":"1.0")", R"("version":"2.0")", "/version"},
      {R"("n":2)", R"("n":3)", "/scrypt"},
      {R"("n":2)", R"("n":1)", "/scrypt"},
      {R"("n":2)", R"("n":9223372036854775808)", "/scrypt"},
      {R"("r":1)", R"("r":4294967295)", "/scrypt"},
      {R"("p":1)", R"("p":65)", "/scrypt"},
      {R"("p":1)", R"("p":0)", "/scrypt"},
      {first, AddressOf(TestPublicKey(5)), "/accounts/0/contract/script"},
      {first, "nonsense", "/accounts/0/address"},
      {R"("key":"6P)", R"("key":"6Q)", "/accounts/0/key"},
      {R"("script":"DC)", R"("script":"!C)", "/accounts/0/contract/script"},
      {R"({"name":"signature","type":"Signature"})", "", "/accounts/0/contract/parameters"},
      {R"("type":"Signature")", R"("type":"Hash160")", "/accounts/0/contract/parameters"},
      {R"("type":"Signature")", R"("type":"Key")", "/accounts/0/contract/parameters/0/type"},
      {R"("lock":)", R"("locked":)", "/accounts/0"},
      {R"("savings")", R"(7)", "/name"},
      {R"("deployed":true)", R"("deployed":false)", "/accounts/2/contract/script"},
  };
  for (const auto& c : cases) {
    std::string detail = ErrorOf(Replaced(good, c.from, c.to));
    EXPECT_TRUE(detail.starts_with("the wallet file, " + c.pointer)) << c.to << ": " << detail;
  }
  EXPECT_NE(ErrorOf(""), "accepted");
  EXPECT_NE(ErrorOf("[]"), "accepted");
  EXPECT_NE(ErrorOf(good + " x"), "accepted");
}

TEST(Nep6, AnAccountComesOnce) {
  WalletFile wallet = Sample();
  wallet.accounts.push_back(wallet.accounts[0]);
  auto text = WriteNep6(wallet);
  ASSERT_FALSE(text);
  EXPECT_NE(text.error().detail.find("/accounts/3/address: is named twice"), std::string::npos);
}

TEST(Nep6, OnlyADeployedContractMayLackAScript) {
  WalletFile wallet = Sample();
  wallet.accounts[0].contract->script.clear();
  wallet.accounts[0].account = HashOfScript({});
  auto text = WriteNep6(wallet);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().detail,
            "the wallet file, /accounts/0/contract/script: is missing or empty");
}

TEST(Nep6, DoesNotWriteWhatIsNoJson) {
  WalletFile wallet = Sample();
  wallet.extra = "{";
  EXPECT_FALSE(WriteNep6(wallet));
}

}  // namespace
}  // namespace nsl::neo
