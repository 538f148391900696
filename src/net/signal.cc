// SPDX-License-Identifier: Apache-2.0
#include "net/signal.h"

#include <boost/asio/redirect_error.hpp>
#include <memory>

namespace nsl::net {

Task<void> Signal::Wait() {
  boost::system::error_code ignored;
  co_await timer_.async_wait(asio::redirect_error(kUseTask, ignored));
}

Task<bool> Signal::WaitFor(std::chrono::milliseconds limit) {
  // A timer of its own: changing the expiry of the shared one would wake the others.
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timeout(timer_.get_executor(), limit);
  // Shared with the handler, which may be queued already when this coroutine is gone.
  struct State {
    bool over = false;
    bool late = false;
  };
  auto state = std::make_shared<State>();
  struct Over {
    State& state;
    ~Over() { state.over = true; }
  } over{*state};
  timeout.async_wait([this, state](boost::system::error_code error) {
    if (error || state->over) return;
    state->late = true;
    timer_.cancel();
  });
  boost::system::error_code ignored;
  co_await timer_.async_wait(asio::redirect_error(kUseTask, ignored));
  co_return !state->late;
}

}  // namespace nsl::net
