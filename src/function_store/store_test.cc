// SPDX-License-Identifier: Apache-2.0
#include "function_store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "function_store/store_fixture.h"

namespace nsl::function_store {
namespace {

using ::testing::HasSubstr;

class FunctionStoreTest : public ::testing::Test, public StoreFixture {
 protected:
  Result<Version> Deploy(const Function& f, std::string code, std::string as = kOwnerA) {
    return Do(store->Deploy(As(std::move(as)), Bundle(f.id, f.name, std::move(code))));
  }
  int64_t Count(const std::string& table) {
    Result<storage::Rows> rows =
        temp.database->ReadBlocking(storage::Statement("SELECT COUNT(*) FROM " + table));
    NSL_CHECK(rows.has_value());
    return (*rows)[0].Int(0);
  }
};

TEST_F(FunctionStoreTest, CreateShowsUpInListAndGet) {
  Function made = Make("hello");
  EXPECT_TRUE(IsId(kFunctionId, made.id));
  EXPECT_EQ(made.project_id, kProjectA);
  EXPECT_FALSE(made.prod_version_id.has_value());
  Result<FunctionList> list = Do(store->List(As(kViewerA), {kProjectA, {}, {}}));
  ASSERT_TRUE(list.has_value());
  ASSERT_EQ(list->items.size(), 1u);
  EXPECT_EQ(list->items[0].id, made.id);
  EXPECT_EQ(Do(store->Get(As(kViewerA), {made.id}))->name, "hello");
}

TEST_F(FunctionStoreTest, ANameOccursOncePerProject) {
  Make("hello");
  Result<Function> again = Do(store->Create(As(kOwnerA), {kProjectA, "hello", "javascript"}));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().reason, Reason::kFunctionExists);
  EXPECT_TRUE(Do(store->Create(As(kOwnerB), {kProjectB, "hello", "javascript"})).has_value());
}

TEST_F(FunctionStoreTest, CreateNamesEachFieldThatIsWrong) {
  Result<Function> made = Do(store->Create(As(kOwnerA), {kProjectA, "No!", "python"}));
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().reason, Reason::kRequestInvalid);
  ASSERT_EQ(made.error().fields.size(), 2u);
  EXPECT_EQ(made.error().fields[0].pointer, "/name");
  EXPECT_EQ(made.error().fields[1].pointer, "/runtime");
  EXPECT_THAT(made.error().fields[1].detail, HasSubstr("javascript"));
}

TEST_F(FunctionStoreTest, DeployStoresVersionGrantBlobAndProd) {
  Function f = Make("hello");
  Result<Version> version = Deploy(f, "export const handler = 1;");
  ASSERT_TRUE(version.has_value()) << version.error().detail;
  EXPECT_EQ(version->authorised_by, "bearer");
  EXPECT_EQ(version->bundle_bytes, 25u);
  DeployRequest same = Bundle(f.id, f.name, "export const handler = 1;");
  EXPECT_EQ(version->code_hash, "0x" + ToHex(function_runner::CodeHash(same.manifest, same.files)));
  Result<Function> shown = Do(store->Get(As(kViewerA), {f.id}));
  EXPECT_EQ(shown->prod_version_id, version->id);
  EXPECT_GT(shown->version, f.version);
  Hash256 blob = crypto::Sha256(AsBytes("export const handler = 1;"));
  Result<storage::BlobInfo> info = Do(blobs.Stat(blob));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->references, 1);
}

TEST_F(FunctionStoreTest, TheSameCodeGivesTheExistingVersionWithoutABuild) {
  Function f = Make("hello");
  Result<Version> first = Deploy(f, "a");
  Result<Version> second = Deploy(f, "a");
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(first->id, second->id);
  EXPECT_EQ(runner.builds, 1u);
  EXPECT_NE(Deploy(f, "b")->id, first->id);
}

TEST_F(FunctionStoreTest, ARefusedBuildLeavesNothing) {
  Function f = Make("hello");
  runner.build_error = Error(Reason::kFunctionBuild, "index.js:1:1 SyntaxError");
  Result<Version> version = Deploy(f, "(");
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().reason, Reason::kFunctionBuild);
  EXPECT_EQ(Count("function_versions"), 0);
  EXPECT_EQ(Count("function_aliases"), 0);
}

TEST_F(FunctionStoreTest, ARefusedGrantLeavesNothing) {
  Function f = Make("hello");
  ASSERT_TRUE(Do(store->Get(As(kOwnerA), {f.id})).has_value());
  vault.away = Error(Reason::kPlatformUnavailable, "away");
  Result<Version> version = Deploy(f, "a");
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().reason, Reason::kPlatformUnavailable);
  EXPECT_EQ(Count("function_versions"), 0);
  vault.away.reset();
  EXPECT_TRUE(Deploy(f, "a").has_value());
}

TEST_F(FunctionStoreTest, ABuildOfSomethingElseIsRefused) {
  Function f = Make("hello");
  runner.lie = true;
  Result<Version> version = Deploy(f, "a");
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().reason, Reason::kPlatformIntegrity);
  EXPECT_EQ(Count("function_versions"), 0);
}

TEST_F(FunctionStoreTest, AGrantThatTheVaultGaveBeforeKeepsItsVersionId) {
  // The host lost its row after the vault had granted: the next deploy finds the same version.
  Function f = Make("hello");
  Result<Version> first = Deploy(f, "a");
  ASSERT_TRUE(temp.database->WriteBlocking({storage::Statement("DELETE FROM function_versions")}));
  Result<Version> second = Deploy(f, "a");
  ASSERT_TRUE(second.has_value()) << second.error().detail;
  EXPECT_EQ(first->id, second->id);
}

TEST_F(FunctionStoreTest, ManifestMustDescribeThisFunction) {
  Function f = Make("hello");
  Result<Version> version = Do(store->Deploy(As(kOwnerA), Bundle(f.id, "other", "a")));
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().fields.at(0).pointer, "/manifest/name");
  DeployRequest bad = Bundle(f.id, f.name, "a");
  bad.manifest.limits.memory_mb = 4096;
  bad.files.push_back({"../etc/passwd", {}});
  bad.files.push_back({"index.js", {}});
  Result<Version> refused = Do(store->Deploy(As(kOwnerA), bad));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fields.size(), 3u);
  EXPECT_THAT(refused.error().fields[0].detail, HasSubstr("run.memory is 64 to 1024 MiB"));
  EXPECT_EQ(runner.builds, 0u);
}

TEST_F(FunctionStoreTest, ObjectsOfAnotherProjectLookLikeNone) {
  Function f = Make("hello");
  ASSERT_TRUE(Deploy(f, "a").has_value());
  std::string missing = "fn_00000000000000000000000000";
  std::string none = Do(store->Get(As(kOwnerB), {missing})).error().ToString();
  EXPECT_EQ(Do(store->Get(As(kOwnerB), {f.id})).error().ToString(), none);
  EXPECT_EQ(Do(store->Delete(As(kOwnerB), {f.id})).error().ToString(), none);
  EXPECT_EQ(Do(store->ListVersions(As(kOwnerB), {f.id, {}, {}})).error().ToString(), none);
  EXPECT_EQ(Do(store->PutAlias(As(kOwnerB), {f.id, "prod", "v"})).error().ToString(), none);
  EXPECT_EQ(Deploy(f, "b", kOwnerB).error().ToString(), none);
  EXPECT_EQ(Do(store->List(As(kOwnerB), {kProjectA, {}, {}})).error().reason, Reason::kNotFound);
  EXPECT_EQ(Do(store->Get(As("garbage"), {f.id})).error().reason, Reason::kAuthInvalid);
  EXPECT_EQ(runner.builds, 1u);
}

TEST_F(FunctionStoreTest, AViewerMayReadAndNotWrite) {
  Function f = Make("hello");
  EXPECT_EQ(Deploy(f, "a", kViewerA).error().reason, Reason::kAuthForbidden);
  EXPECT_EQ(Do(store->Delete(As(kViewerA), {f.id})).error().reason, Reason::kAuthForbidden);
  EXPECT_EQ(Do(store->Create(As(kViewerA), {kProjectA, "more", "javascript"})).error().reason,
            Reason::kAuthForbidden);
}

TEST_F(FunctionStoreTest, AliasFollowsTheVaultsAnswer) {
  Function f = Make("hello");
  Result<Version> a = Deploy(f, "a");
  Result<Version> b = Deploy(f, "b");
  Result<Function> moved = Do(store->PutAlias(As(kOwnerA, VersionOf(f.id)), {f.id, "prod", b->id}));
  ASSERT_TRUE(moved.has_value());
  EXPECT_EQ(moved->prod_version_id, b->id);
  Result<Function> named =
      Do(store->PutAlias(As(kOwnerA, moved->version), {f.id, "canary", a->id}));
  ASSERT_EQ(named->aliases.size(), 2u);
  EXPECT_EQ(named->aliases[0].name, "canary");
}

TEST_F(FunctionStoreTest, AStaleIfMatchChangesNothing) {
  Function f = Make("hello");
  CallContext context = As(kOwnerA);
  context.if_match = f.version + 1;
  EXPECT_EQ(Do(store->Delete(context, {f.id})).error().reason, Reason::kRequestVersionConflict);
  context.if_match = f.version;
  EXPECT_TRUE(Do(store->Delete(context, {f.id})).has_value());
}

TEST_F(FunctionStoreTest, AChangeWithoutIfMatchIsRefusedBeforeTheVaultIsAsked) {
  Function f = Make("hello");
  Result<Version> a = Deploy(f, "a");
  vault.calls.clear();
  Result<rpc::Empty> gone = Do(store->Delete(As(kOwnerA), {f.id}));
  EXPECT_EQ(gone.error().reason, Reason::kRequestNeedsIfMatch);
  Result<Function> moved = Do(store->PutAlias(As(kOwnerA), {f.id, "prod", a->id}));
  EXPECT_EQ(moved.error().reason, Reason::kRequestNeedsIfMatch);
  EXPECT_THAT(vault.calls, ::testing::Not(::testing::Contains("remove_function")));
  EXPECT_THAT(vault.calls, ::testing::Not(::testing::Contains("set_alias")));
  // Who may not see the function learns nothing of its version.
  EXPECT_EQ(Do(store->Delete(As(kOwnerB), {f.id})).error().reason, Reason::kNotFound);
}

TEST_F(FunctionStoreTest, OfTwoChangesForOneVersionOneLoses) {
  Function f = Make("hello");
  Result<Version> a = Deploy(f, "a");
  Result<Version> b = Deploy(f, "b");
  CallContext context = As(kOwnerA, VersionOf(f.id));
  std::vector<Result<Function>> ended;
  for (const std::string& version : {a->id, b->id}) {
    asio::co_spawn(io.get_executor(), store->PutAlias(context, {f.id, "canary", version}),
                   [&](std::exception_ptr, Result<Function> got) { ended.push_back(got); });
  }
  io.restart();
  while (ended.size() < 2 && io.run_one() > 0) {
  }
  ASSERT_EQ(ended.size(), 2u);
  EXPECT_NE(ended[0].has_value(), ended[1].has_value());
  const Result<Function>& lost = ended[0] ? ended[1] : ended[0];
  EXPECT_EQ(lost.error().reason, Reason::kRequestVersionConflict);
  EXPECT_EQ(std::count(vault.calls.begin(), vault.calls.end(), "set_alias"), 1);
}

TEST_F(FunctionStoreTest, PlacesSayWhetherAnythingIsDeployed) {
  Function f = Make("hello");
  Result<std::optional<FunctionPlace>> place = Do(store->Locate(f.id));
  ASSERT_TRUE(place.has_value() && place->has_value());
  EXPECT_EQ((*place)->project_id, kProjectA);
  EXPECT_FALSE((*place)->deployed);
  Deploy(f, "a");
  EXPECT_TRUE((*Do(store->Locate(f.id)))->deployed);
  EXPECT_FALSE(Do(store->Locate("fn_00000000000000000000000009"))->has_value());
  EXPECT_FALSE(Do(store->Locate("' OR 1=1 --"))->has_value());
}

TEST_F(FunctionStoreTest, DeleteAsksTheVaultFirstAndDropsBlobs) {
  Function f = Make("hello");
  ASSERT_TRUE(Deploy(f, "code of hello").has_value());
  vault.away = Error(Reason::kPlatformUnavailable, "away");
  EXPECT_EQ(Do(store->Delete(As(kOwnerA, VersionOf(f.id)), {f.id})).error().reason,
            Reason::kPlatformUnavailable);
  vault.away.reset();
  vault.aliases[f.id]["prod"] = "ver";
  EXPECT_TRUE(Do(store->Get(As(kOwnerA), {f.id})).has_value());
  ASSERT_TRUE(Do(store->Delete(As(kOwnerA, VersionOf(f.id)), {f.id})).has_value());
  EXPECT_EQ(Count("function_versions"), 0);
  EXPECT_EQ(Do(blobs.Stat(crypto::Sha256(AsBytes("code of hello"))))->references, 0);
  EXPECT_EQ(Do(store->Get(As(kOwnerA), {f.id})).error().reason, Reason::kNotFound);
}

TEST_F(FunctionStoreTest, PagesCoverEachFunctionOnce) {
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) {
    made.insert(Make("fn-" + std::to_string(i)).id);
    temp.clock.AdvanceMs(1);
  }
  std::set<std::string> seen;
  std::optional<std::string> cursor;
  int pages = 0;
  do {
    Result<FunctionList> page = Do(store->List(As(kOwnerA), {kProjectA, cursor, 3}));
    ASSERT_TRUE(page.has_value());
    for (const Function& f : page->items) EXPECT_TRUE(seen.insert(f.id).second);
    cursor = page->cursor;
    ++pages;
  } while (cursor);
  EXPECT_EQ(seen, made);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(Do(store->List(As(kOwnerA), {kProjectA, {}, 501})).error().fields[0].pointer, "/limit");
  EXPECT_EQ(Do(store->List(As(kOwnerA), {kProjectA, "!", {}})).error().fields[0].pointer,
            "/cursor");
}

TEST_F(FunctionStoreTest, OldVersionsWithoutAnAliasGo) {
  Function f = Make("hello");
  std::string first = Deploy(f, "0")->id;
  for (int i = 1; i <= kMaxUnaliasedVersions + 3; ++i) {
    temp.clock.AdvanceMs(1);
    ASSERT_TRUE(Deploy(f, std::to_string(i)).has_value());
  }
  // prod still names the first one.
  EXPECT_EQ(Count("function_versions"), kMaxUnaliasedVersions + 1);
  EXPECT_EQ(Do(store->Get(As(kOwnerA), {f.id}))->prod_version_id, first);
}

}  // namespace
}  // namespace nsl::function_store
