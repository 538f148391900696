// SPDX-License-Identifier: Apache-2.0
#include "net/curl_client.h"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "net/curl_transfer.h"

namespace nsl::net {
namespace {

constexpr int kPollMs = 1'000;
constexpr long kIdleConnections = 32;

void InitCurlOnce() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  NSL_CHECK(code == CURLE_OK);
}

}  // namespace

std::string_view HttpAnswer::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

class CurlClient::Impl {
 public:
  Impl() {
    InitCurlOnce();
    multi_ = curl_multi_init();
    NSL_CHECK(multi_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
    thread_ = std::thread([this] { Loop(); });
  }

  ~Impl() {
    stopping_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  bool TryAdd(std::unique_ptr<CurlTransfer> transfer) {
    if (in_flight_.fetch_add(1) >= kMaxInFlight) {
      in_flight_.fetch_sub(1);
      return false;
    }
    {
      std::scoped_lock lock(mutex_);
      arrived_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
    return true;
  }

 private:
  void Loop() {
    while (!stopping_) {
      TakeArrived();
      int running = 0;
      curl_multi_perform(multi_, &running);
      FinishDone();
      curl_multi_poll(multi_, nullptr, 0, kPollMs, nullptr);
    }
    TakeArrived();
    for (auto& [handle, transfer] : transfers_) {
      curl_multi_remove_handle(multi_, handle);
      transfer->Cancel();
    }
    transfers_.clear();
  }

  void TakeArrived() {
    std::deque<std::unique_ptr<CurlTransfer>> arrived;
    {
      std::scoped_lock lock(mutex_);
      arrived.swap(arrived_);
    }
    for (auto& transfer : arrived) {
      CURL* handle = transfer->handle();
      curl_multi_add_handle(multi_, handle);
      transfers_.emplace(handle, std::move(transfer));
    }
  }

  void FinishDone() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* handle = message->easy_handle;
      CURLcode code = message->data.result;
      curl_multi_remove_handle(multi_, handle);
      auto node = transfers_.extract(handle);
      in_flight_.fetch_sub(1);
      node.mapped()->Finish(code);
    }
  }

  CURLM* multi_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> in_flight_{0};
  std::mutex mutex_;
  std::deque<std::unique_ptr<CurlTransfer>> arrived_;
  std::unordered_map<CURL*, std::unique_ptr<CurlTransfer>> transfers_;
  std::thread thread_;
};

CurlClient::CurlClient() : impl_(std::make_unique<Impl>()) {}
CurlClient::~CurlClient() = default;

Task<Result<HttpAnswer>> CurlClient::Fetch(HttpFetch fetch) {
  Executor executor = co_await asio::this_coro::executor;
  auto start = [this, executor, &fetch](auto handler) {
    // Shared: std::function needs a copyable callable, the completion handler is move-only.
    auto done = std::make_shared<decltype(handler)>(std::move(handler));
    auto finish = [done, executor,
                   work = asio::make_work_guard(executor)](Result<HttpAnswer> answer) {
      auto kept = std::make_shared<Result<HttpAnswer>>(std::move(answer));
      asio::post(executor, [done, kept] { (*done)(std::move(*kept)); });
    };
    auto transfer = std::make_unique<CurlTransfer>(std::move(fetch), finish);
    Status prepared = transfer->Prepare();
    if (!prepared) return finish(std::unexpected(std::move(prepared.error())));
    if (!impl_->TryAdd(std::move(transfer))) {
      finish(Fail(Reason::kQuotaBusy, "too many outgoing HTTP requests; try again"));
    }
  };
  Result<HttpAnswer> answer =
      co_await asio::async_initiate<const asio::use_awaitable_t<Executor>&,
                                    void(Result<HttpAnswer>)>(std::move(start), kUseTask);
  co_return answer;
}

}  // namespace nsl::net
