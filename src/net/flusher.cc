// SPDX-License-Identifier: Apache-2.0
#include "net/flusher.h"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace nsl::net {

asio::execution_context::id Flusher::id;

FlushTarget::~FlushTarget() {
  if (dirty_) flusher_.Remove(*this);
}

Flusher::Flusher(asio::execution_context& context)
    : asio::execution_context::service(context), context_(static_cast<asio::io_context&>(context)) {
  dirty_.reserve(64);
  running_.reserve(64);
}

Flusher& Flusher::For(const Executor& executor) {
  return asio::use_service<Flusher>(static_cast<asio::execution_context&>(executor.context()));
}

void Flusher::Add(FlushTarget& target) {
  target.dirty_ = true;
  dirty_.push_back(&target);
  if (posted_ || in_batch_) return;
  posted_ = true;
  asio::post(context_.get_executor(), [this] {
    posted_ = false;
    Run();
  });
}

void Flusher::Remove(FlushTarget& target) {
  target.dirty_ = false;
  std::ranges::replace(dirty_, &target, nullptr);
  std::ranges::replace(running_, &target, nullptr);
}

void Flusher::shutdown() {
  for (FlushTarget* target : dirty_) {
    if (target != nullptr) target->dirty_ = false;
  }
  dirty_.clear();
}

void Flusher::Run() {
  // By index: a hook may mark further targets, which then belong to this round, or end one.
  for (size_t i = 0; i < dirty_.size(); ++i) {
    if (dirty_[i] != nullptr) dirty_[i]->BeforeFlush();
  }
  running_.swap(dirty_);
  for (size_t i = 0; i < running_.size(); ++i) {
    FlushTarget* target = running_[i];
    if (target == nullptr) continue;
    target->dirty_ = false;
    running_[i] = nullptr;
    target->Flush();
  }
  running_.clear();
}

}  // namespace nsl::net
