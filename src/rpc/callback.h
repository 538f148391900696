// SPDX-License-Identifier: Apache-2.0
//
// Callback: a move-only callable that keeps small captures inside itself, so that the fast path of
// calls allocates nothing. Larger captures go to the heap. Calling an empty one is a bug.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace nsl::rpc {

template <class Signature>
class Callback;

template <class R, class... A>
class Callback<R(A...)> {
 public:
  static constexpr size_t kInline = 64;

  Callback() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Callback> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, A...>)
  // NOLINTNEXTLINE(google-explicit-constructor): a lambda is given where a callback is taken.
  Callback(F&& f) {
    using T = std::decay_t<F>;
    if constexpr (sizeof(T) <= kInline && alignof(T) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<T>) {
      new (storage_) T(std::forward<F>(f));
      operations_ = &kOperations<T>;
    } else {
      using Box = Boxed<T>;
      new (storage_) Box{std::make_unique<T>(std::forward<F>(f))};
      operations_ = &kOperations<Box>;
    }
  }
  Callback(Callback&& other) noexcept { Take(other); }
  Callback& operator=(Callback&& other) noexcept {
    if (this != &other) {
      Reset();
      Take(other);
    }
    return *this;
  }
  ~Callback() { Reset(); }

  R operator()(A... args) {
    NSL_CHECK(operations_ != nullptr);
    return operations_->call(storage_, std::forward<A>(args)...);
  }
  explicit operator bool() const { return operations_ != nullptr; }
  void Reset() {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(storage_);
  }

 private:
  template <class T>
  struct Boxed {
    std::unique_ptr<T> f;
    R operator()(A... args) { return (*f)(std::forward<A>(args)...); }
  };
  struct Operations {
    R (*call)(void*, A&&...);
    void (*move)(void* from, void* to);
    void (*destroy)(void*);
  };
  template <class T>
  static constexpr Operations kOperations = {
      [](void* self, A&&... args) -> R {
        return (*static_cast<T*>(self))(std::forward<A>(args)...);
      },
      [](void* from, void* to) {
        new (to) T(std::move(*static_cast<T*>(from)));
        static_cast<T*>(from)->~T();
      },
      [](void* self) { static_cast<T*>(self)->~T(); }};

  void Take(Callback& other) {
    operations_ = std::exchange(other.operations_, nullptr);
    if (operations_ != nullptr) operations_->move(other.storage_, storage_);
  }

  alignas(std::max_align_t) std::byte storage_[kInline];
  const Operations* operations_ = nullptr;
};

}  // namespace nsl::rpc
