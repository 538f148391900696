// SPDX-License-Identifier: Apache-2.0
#include "storage/blobs.h"

#include <utility>

#include "storage/blob_files.h"

namespace nsl::storage {
namespace {

// One Collect handles this many blobs and files; the next call goes on.
constexpr size_t kCollectLimit = 500;
constexpr size_t kStrayLimit = 5000;

Bytes Raw(const Hash256& hash) { return ToBytes(ByteView(hash)); }

Error NotStored(const Hash256& hash) {
  return Error(Reason::kNotFound, "there is no blob " + ToHex(hash));
}

Statement InsertStatement(const Hash256& hash, size_t size, UnixMillis now, Value file,
                          Value data) {
  // The file of a blob that is there already stays; RETURNING tells whose it is.
  return Statement(
      "INSERT INTO blobs (hash, size, touched_ms, file, data) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (hash) DO UPDATE SET touched_ms = excluded.touched_ms RETURNING file",
      {Raw(hash), static_cast<int64_t>(size), now, std::move(file), std::move(data)});
}

template <class... S>
std::vector<Statement> Statements(S... statements) {
  std::vector<Statement> list;
  (list.push_back(std::move(statements)), ...);
  return list;
}

}  // namespace

BlobStore::BlobStore(Database& database, BlockingPool& pool, Env env, Hasher hasher,
                     BlobConfig config)
    : database_(database),
      pool_(pool),
      env_(env),
      hasher_(std::move(hasher)),
      config_(std::move(config)) {}

RoomMigrations BlobStore::Migrations() {
  return {"storage_blobs",
          {{"0001_blobs",
            "CREATE TABLE blobs ("
            "hash BLOB NOT NULL PRIMARY KEY, size BIGINT NOT NULL, touched_ms BIGINT NOT NULL, "
            "file TEXT, data BLOB);"
            "CREATE TABLE blob_refs ("
            "owner TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (owner, hash));"
            "CREATE INDEX blob_refs_by_hash ON blob_refs (hash);"
            "CREATE INDEX blobs_by_touch ON blobs (touched_ms);"}}};
}

Task<Status> BlobStore::Put(Hash256 hash, Bytes data) {
  if (data.size() > config_.max_blob_bytes) {
    co_return Fail(Reason::kRequestTooLarge, "a blob has at most " +
                                                 std::to_string(config_.max_blob_bytes) +
                                                 " bytes, this one " + std::to_string(data.size()));
  }
  // shared_ptr: the pool's closure is copied and must not copy the bytes.
  auto shared = std::make_shared<const Bytes>(std::move(data));
  // Checked also when the blob exists: naming a hash must not be enough to get a yes.
  Status valid = co_await pool_.Run([this, hash, shared]() -> Status {
    if (hasher_(*shared) == hash) return {};
    return Fail(Reason::kRequestInvalid, "the bytes do not have the hash " + ToHex(hash));
  });
  if (!valid) co_return valid;
  UnixMillis now = env_.clock.NowMs();
  Statement touch("UPDATE blobs SET touched_ms = ? WHERE hash = ?", {now, Raw(hash)});
  NSL_CO_TRY(WriteResult touched, co_await database_.Write(Statements(std::move(touch))));
  if (touched.statements[0].changes > 0) co_return Status();
  if (shared->size() > config_.max_inline_bytes) {
    Status put = co_await PutFile(hash, shared);
    co_return put;
  }
  Statement insert = InsertStatement(hash, shared->size(), now, nullptr, *shared);
  Result<WriteResult> stored = co_await database_.Write(Statements(std::move(insert)));
  if (!stored) co_return Fail(stored.error());
  co_return Status();
}

Task<Status> BlobStore::PutFile(Hash256 hash, std::shared_ptr<const Bytes> data) {
  std::string name = NewBlobName(hash, env_.random);
  Status written = co_await pool_.Run([folder = config_.folder, name, data]() -> Status {
    return WriteBlobFile(folder, name, *data);
  });
  if (!written) co_return written;
  Statement insert = InsertStatement(hash, data->size(), env_.clock.NowMs(), name, nullptr);
  Result<WriteResult> stored = co_await database_.Write(Statements(std::move(insert)));
  // After an error nobody knows whether the row is there: the file stays until Collect looks.
  if (!stored) co_return Fail(stored.error());
  if (stored->statements[0].rows[0].TextOr(0, {}) == name) co_return Status();
  Status removed = co_await pool_.Run([folder = config_.folder, name]() -> Status {
    RemoveBlobFile(folder, name);
    return {};
  });
  co_return removed;
}

Task<Result<Bytes>> BlobStore::Get(Hash256 hash) {
  Statement statement("SELECT size, file, data FROM blobs WHERE hash = ?", {Raw(hash)});
  statement.row_budget = config_.max_inline_bytes + 4096;
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  if (rows.empty()) co_return Fail(NotStored(hash));
  size_t size = static_cast<size_t>(rows[0].Int(0));
  std::string file = rows[0].TextOr(1, {});
  Bytes inline_data = rows[0].IsNull(2) ? Bytes() : rows.TakeBlob(0, 2);
  // A row is not trusted with the size of a buffer.
  if (size > config_.max_blob_bytes) {
    co_return Fail(Reason::kPlatformIntegrity, "blob " + ToHex(hash) + " has an altered row");
  }
  auto shared = std::make_shared<Bytes>(std::move(inline_data));
  Result<Bytes> data = co_await pool_.Run([this, hash, file, size, shared]() -> Result<Bytes> {
    Bytes bytes = std::move(*shared);
    if (!file.empty()) {
      NSL_TRY(bytes, ReadBlobFile(config_.folder, file, size));
    }
    if (hasher_(bytes) == hash) return bytes;
    return Fail(Reason::kPlatformIntegrity, "blob " + ToHex(hash) + " was altered on the disk");
  });
  if (!data && data.error().reason == Reason::kNotFound) {
    Statement again("SELECT 1 FROM blobs WHERE hash = ?", {Raw(hash)});
    NSL_CO_TRY(Rows still, co_await database_.Read(std::move(again)));
    // Collected between row and file: it is simply gone. With its row it was taken away.
    if (still.empty()) co_return Fail(NotStored(hash));
    co_return Fail(Reason::kPlatformIntegrity, "the file of blob " + ToHex(hash) + " is missing");
  }
  co_return data;
}

Task<Result<BlobInfo>> BlobStore::Stat(Hash256 hash) {
  Statement statement(
      "SELECT size, (SELECT count(*) FROM blob_refs r WHERE r.hash = b.hash) FROM blobs b "
      "WHERE b.hash = ?",
      {Raw(hash)});
  NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(statement)));
  if (rows.empty()) co_return Fail(NotStored(hash));
  co_return BlobInfo{rows[0].Int(0), rows[0].Int(1)};
}

Statement BlobStore::AddRef(std::string owner, Hash256 hash) {
  return Statement(
             "INSERT INTO blob_refs (owner, hash) SELECT ?, hash FROM blobs WHERE hash = ? "
             "ON CONFLICT (owner, hash) DO UPDATE SET owner = excluded.owner",
             {std::move(owner), Raw(hash)})
      .Expect(1, Reason::kNotFound, NotStored(hash).detail);
}

Statement BlobStore::DropRef(std::string owner, Hash256 hash) {
  return Statement("DELETE FROM blob_refs WHERE owner = ? AND hash = ?",
                   {std::move(owner), Raw(hash)});
}

Task<Result<BlobCollected>> BlobStore::Collect() {
  int64_t before = env_.clock.NowMs() - config_.grace_ms;
  Statement remove(
      "DELETE FROM blobs WHERE hash IN (SELECT b.hash FROM blobs b WHERE b.touched_ms < ? AND NOT "
      "EXISTS (SELECT 1 FROM blob_refs r WHERE r.hash = b.hash) ORDER BY b.touched_ms LIMIT ?) "
      "RETURNING file",
      {before, static_cast<int64_t>(kCollectLimit)});
  NSL_CO_TRY(WriteResult removed, co_await database_.Write(Statements(std::move(remove))));
  BlobCollected collected;
  const Rows& rows = removed.statements[0].rows;
  collected.blobs = rows.size();
  std::vector<std::string> files;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].IsNull(0)) files.push_back(rows[i].Text(0));
  }
  // A crash between the commit and here leaves strays, which a later Collect finds.
  Result<size_t> unlinked =
      co_await pool_.Run([folder = config_.folder, files]() -> Result<size_t> {
        size_t n = 0;
        for (const std::string& file : files) n += RemoveBlobFile(folder, file);
        return n;
      });
  if (!unlinked) co_return Fail(unlinked.error());
  NSL_CO_TRY(size_t strays, co_await RemoveStrayFiles());
  collected.files = *unlinked + strays;
  co_return collected;
}

Task<Result<size_t>> BlobStore::RemoveStrayFiles() {
  int64_t before = env_.clock.NowMs() - config_.grace_ms;
  Result<std::vector<std::string>> names =
      co_await pool_.Run([folder = config_.folder, before]() -> Result<std::vector<std::string>> {
        return BlobFilesBefore(folder, before, kStrayLimit);
      });
  if (!names) co_return Fail(names.error());
  std::vector<std::string> strays;
  for (const std::string& name : *names) {
    Statement known("SELECT 1 FROM blobs WHERE hash = ? AND file = ?",
                    {Raw(*HashOfBlobName(name)), name});
    NSL_CO_TRY(Rows rows, co_await database_.Read(std::move(known)));
    if (rows.empty()) strays.push_back(name);
  }
  Result<size_t> removed =
      co_await pool_.Run([folder = config_.folder, strays]() -> Result<size_t> {
        size_t n = 0;
        for (const std::string& name : strays) n += RemoveBlobFile(folder, name);
        return n;
      });
  co_return removed;
}

}  // namespace nsl::storage
