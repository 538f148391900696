// SPDX-License-Identifier: Apache-2.0
#include "net/http.h"

#include "net/http_connection.h"

namespace nsl::net {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

}  // namespace

std::string_view HttpHead::Header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (SameName(header.name, name)) return header.value;
  }
  return {};
}

size_t HttpHead::CountHeader(std::string_view name) const {
  size_t n = 0;
  for (const HttpHeader& header : headers) n += SameName(header.name, name) ? 1 : 0;
  return n;
}

HttpReply& HttpReply::operator=(HttpReply&& other) noexcept {
  if (this != &other) {
    HttpReply old(std::move(*this));
    connection_ = std::move(other.connection_);
    sequence_ = other.sequence_;
  }
  return *this;
}

HttpReply::~HttpReply() {
  if (!connection_) return;
  boost::intrusive_ptr<HttpConnection> connection = std::move(connection_);
  connection->AnswerRefusal(sequence_, 500);
}

void HttpReply::Send(unsigned status, std::span<const HttpHeader> headers, ByteView body) {
  if (!connection_) return;
  boost::intrusive_ptr<HttpConnection> connection = std::move(connection_);
  connection->Answer(sequence_, status, headers, body);
}

bool HttpReply::gone() const { return !connection_ || connection_->gone(); }

void intrusive_ptr_add_ref(HttpConnection* connection) { ++connection->references_; }

void intrusive_ptr_release(HttpConnection* connection) {
  if (--connection->references_ == 0) delete connection;
}

}  // namespace nsl::net
