// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlite/writer.h"

#include <pthread.h>

#include <algorithm>

namespace nsl::storage {
namespace {

// A reader that never pauses keeps the log from starting over; past this many times the checkpoint
// size the writer waits for it.
constexpr int kForceCheckpointFactor = 8;

size_t BytesOf(const std::vector<Statement>& statements) {
  size_t bytes = 0;
  for (const Statement& s : statements) {
    bytes += sizeof(Statement) + s.sql.size();
    for (const Value& v : s.params) {
      bytes += sizeof(Value);
      if (auto* text = std::get_if<std::string>(&v)) bytes += text->size();
      if (auto* blob = std::get_if<Bytes>(&v)) bytes += blob->size();
    }
  }
  return bytes;
}

uint64_t MicrosSince(const Clock& clock, MonoTime start) {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(clock.Mono() - start).count());
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const SqliteConfig& config, Env env,
               std::function<void(const Error&)> on_fatal)
    : config_(config),
      env_(env),
      on_fatal_(std::move(on_fatal)),
      connection_(std::move(connection)),
      depth_(env.metrics.GetGauge("nsl_storage_write_queue_transactions", "Waiting transactions")),
      broken_gauge_(env.metrics.GetGauge("nsl_storage_broken_state", "1 after a storage failure")),
      wal_pages_(env.metrics.GetGauge("nsl_storage_wal_pages", "Pages in the write-ahead log")),
      commits_(env.metrics.GetCounter("nsl_storage_commits_total", "Durable group commits")),
      refused_(env.metrics.GetCounter("nsl_storage_refused_total", "Writes refused, queue full")),
      batch_size_(env.metrics.GetHistogram("nsl_storage_commit_batch_transactions",
                                           "Transactions of one group commit")),
      commit_micros_(env.metrics.GetHistogram("nsl_storage_commit_micros",
                                              "Time of one group commit with its fsync")),
      checkpoint_micros_(
          env.metrics.GetHistogram("nsl_storage_checkpoint_micros", "Time of one checkpoint")),
      thread_([this] { Loop(); }) {
  pthread_setname_np(thread_.native_handle(), "nsl-db-writer");
}

Writer::~Writer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Writer::Submit(std::vector<Statement> statements, Done done) {
  size_t bytes = BytesOf(statements);
  size_t limit = std::min(kMaxWriteBytes, config_.write_queue_bytes);
  if (statements.empty() || statements.size() > kMaxStatementsPerWrite || bytes > limit) {
    done(Fail(Reason::kRequestTooLarge,
              "a transaction has 1 to " + std::to_string(kMaxStatementsPerWrite) +
                  " statements and at most " + std::to_string(limit) + " bytes"));
    return;
  }
  Enqueue({std::move(statements), {}, std::move(done), bytes});
}

void Writer::SubmitJob(Job job, Done done) { Enqueue({{}, std::move(job), std::move(done), 0}); }

void Writer::Enqueue(Item item) {
  std::optional<Error> refusal;
  {
    std::lock_guard lock(mutex_);
    if (broken_) {
      refusal = broken_;
    } else if (stopping_) {
      refusal = Error(Reason::kPlatformUnavailable, "the database is closing");
    } else if (queue_.size() >= config_.write_queue ||
               queued_bytes_ + item.bytes > config_.write_queue_bytes) {
      refusal = Error(Reason::kQuotaBusy, "the write queue is full; try again");
    } else {
      queued_bytes_ += item.bytes;
      queue_.push_back(std::move(item));
      depth_.Set(static_cast<int64_t>(queue_.size()));
    }
  }
  if (!refusal) {
    wake_.notify_one();
    return;
  }
  if (refusal->reason == Reason::kQuotaBusy) refused_.Add();
  item.done(Fail(std::move(*refusal)));
}

std::deque<Writer::Item> Writer::NextBatch() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::deque<Item> batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < config_.max_batch) {
    Item& next = queue_.front();
    if (!batch.empty() && (next.job || batch.front().job)) break;
    if (!batch.empty() && bytes + next.bytes > config_.max_batch_bytes) break;
    bytes += next.bytes;
    batch.push_back(std::move(next));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
  depth_.Set(static_cast<int64_t>(queue_.size()));
  return batch;
}

void Writer::Loop() {
  for (;;) {
    std::deque<Item> batch = NextBatch();
    if (batch.empty()) return;
    if (batch.front().job) {
      RunJob(std::move(batch.front()));
    } else {
      RunBatch(std::move(batch));
    }
  }
}

void Writer::RunBatch(std::deque<Item> batch) {
  MonoTime start = env_.clock.Mono();
  Result<std::vector<Outcome>> outcomes = RunTransactions(batch);
  if (!outcomes) {
    if (connection_->in_transaction()) (void)connection_->Exec("ROLLBACK");
    for (Item& item : batch) item.done(Fail(outcomes.error()));
    if (outcomes.error().reason == Reason::kPlatformStorage) Break(outcomes.error());
    return;
  }
  commit_micros_.Record(MicrosSince(env_.clock, start));
  batch_size_.Record(batch.size());
  commits_.Add();
  for (size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move((*outcomes)[i]));
  CheckpointIfDue();
}

// An error here speaks for the whole batch: nothing of it was committed, or nobody can tell.
Result<std::vector<Writer::Outcome>> Writer::RunTransactions(std::deque<Item>& batch) {
  NSL_TRY_VOID(connection_->Exec("BEGIN IMMEDIATE"));
  std::vector<Outcome> outcomes;
  outcomes.reserve(batch.size());
  bool any = false;
  for (Item& item : batch) {
    NSL_TRY_VOID(connection_->Exec("SAVEPOINT one"));
    Outcome outcome = RunOne(item.statements);
    if (connection_->storage_failed()) return Fail(outcome.error());
    if (!connection_->in_transaction()) {
      return Fail(Reason::kPlatformStorage, "the database ended a transaction by itself");
    }
    if (!outcome) NSL_TRY_VOID(connection_->Exec("ROLLBACK TO one"));
    NSL_TRY_VOID(connection_->Exec("RELEASE one"));
    any = any || outcome.has_value();
    outcomes.push_back(std::move(outcome));
  }
  Status end = connection_->Exec(any ? "COMMIT" : "ROLLBACK");
  if (!end) {
    return Fail(Reason::kPlatformStorage, "commit failed: " + end.error().detail);
  }
  return outcomes;
}

Writer::Outcome Writer::RunOne(const std::vector<Statement>& statements) {
  WriteResult result;
  result.statements.reserve(statements.size());
  for (const Statement& statement : statements) {
    NSL_TRY(StatementResult one, connection_->Run(statement));
    result.statements.push_back(std::move(one));
  }
  return result;
}

void Writer::RunJob(Item item) {
  Status status = item.job(*connection_);
  if (connection_->in_transaction()) (void)connection_->Exec("ROLLBACK");
  if (status) {
    item.done(WriteResult());
    return;
  }
  Error error = status.error();
  item.done(Fail(error));
  if (connection_->storage_failed()) Break(error);
}

void Writer::CheckpointIfDue() {
  int pages = connection_->wal_pages();
  wal_pages_.Set(pages);
  if (pages < config_.checkpoint_pages) return;
  bool force = pages >= config_.checkpoint_pages * kForceCheckpointFactor;
  MonoTime start = env_.clock.Mono();
  Status status =
      connection_->Checkpoint(force ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE);
  checkpoint_micros_.Record(MicrosSince(env_.clock, start));
  if (!status && connection_->storage_failed()) Break(status.error());
}

void Writer::Break(const Error& cause) {
  Error error(Reason::kPlatformStorage,
              cause.detail + "; writes stay refused until the process is started again");
  std::deque<Item> waiting;
  {
    std::lock_guard lock(mutex_);
    if (broken_) return;
    broken_ = error;
    waiting.swap(queue_);
    queued_bytes_ = 0;
  }
  depth_.Set(0);
  broken_gauge_.Set(1);
  for (Item& item : waiting) item.done(Fail(error));
  env_.log.Error("storage_failed", {{"detail", error.detail}});
  if (on_fatal_) on_fatal_(error);
}

}  // namespace nsl::storage
