// SPDX-License-Identifier: Apache-2.0
#include "net/poller.h"

#include <fcntl.h>
#include <unistd.h>

#include "net/flusher.h"

namespace nsl::net {

asio::execution_context::id Poller::id;

Poller::Poller(asio::execution_context& context)
    : asio::execution_context::service(context),
      context_(static_cast<asio::io_context&>(context)),
      set_(::epoll_create1(EPOLL_CLOEXEC)) {
  NSL_CHECK(set_.get() >= 0);
  // The descriptor closes its own number of the same set.
  int watched = ::fcntl(set_.get(), F_DUPFD_CLOEXEC, 0);
  NSL_CHECK(watched >= 0);
  descriptor_.emplace(context_.get_executor(), watched);
}

Poller& Poller::For(const Executor& executor) {
  return asio::use_service<Poller>(static_cast<asio::execution_context&>(executor.context()));
}

bool Poller::Set(PollTarget& target, int fd, uint32_t interest) {
  if (interest == target.interest_) return true;
  epoll_event event{};
  event.events = interest;
  event.data.ptr = &target;
  int change = target.interest_ == 0 ? EPOLL_CTL_ADD
               : interest == 0       ? EPOLL_CTL_DEL
                                     : EPOLL_CTL_MOD;
  bool done = ::epoll_ctl(set_.get(), change, fd, &event) == 0;
  // Taking away what is there does not fail, and must not leave a target behind that is gone.
  NSL_CHECK(done || change != EPOLL_CTL_DEL);
  if (!done) return false;
  if (change == EPOLL_CTL_ADD) ++watched_;
  if (change == EPOLL_CTL_DEL) {
    --watched_;
    for (size_t i = next_event_; i < event_count_; ++i) {
      if (events_[i].data.ptr == &target) events_[i].data.ptr = nullptr;
    }
  }
  target.interest_ = interest;
  Arm();
  return true;
}

// A wait keeps the io_context running, so there is one only while there is something to wait for.
void Poller::Arm() {
  if (!descriptor_) return;
  if (watched_ == 0) {
    if (armed_) descriptor_->cancel();
    return;
  }
  if (armed_) return;
  armed_ = true;
  descriptor_->async_wait(Descriptor::wait_read, [this](const boost::system::error_code& failed) {
    armed_ = false;
    if (!failed) Collect();
    Arm();
  });
}

void Poller::Collect() {
  Flusher::Batch batch(Flusher::For(context_.get_executor()));
  int n = ::epoll_wait(set_.get(), events_.data(), static_cast<int>(kBatch), 0);
  event_count_ = n > 0 ? static_cast<size_t>(n) : 0;
  for (next_event_ = 0; next_event_ < event_count_;) {
    epoll_event& event = events_[next_event_++];
    if (event.data.ptr != nullptr) static_cast<PollTarget*>(event.data.ptr)->OnReady(event.events);
  }
  event_count_ = 0;
}

void Poller::shutdown() { descriptor_.reset(); }

}  // namespace nsl::net
