// SPDX-License-Identifier: Apache-2.0
#include "net/http_parser.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstring>
#include <optional>

#include "net/http_text.h"

namespace nsl::net {
namespace {

namespace http = boost::beast::http;
using BeastCode = boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view View(BeastView v) { return {v.data(), v.size()}; }

// Longest chunk line; extensions are refused, so this is room for zeros alone.
constexpr size_t kChunkLineBytes = 64;

}  // namespace

// Beast's parser keeps its state for one message, so it is made anew in place for each.
class HttpParser::Core {
 public:
  explicit Core(HttpParser& owner) : owner_(owner) {}

  void Start() {
    engine_.emplace(*this);
    engine_->header_limit(static_cast<uint32_t>(owner_.limits_.header_bytes));
    engine_->body_limit(boost::none);
    in_trailer_ = false;
  }

  class Engine final : public http::basic_parser<true> {
   public:
    explicit Engine(Core& core) : core_(core) {}

   private:
    void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                         BeastCode&) override {
      core_.owner_.head_.method = View(method);
      core_.owner_.head_.target = View(target);
      core_.owner_.http10_ = version == 10;
    }
    void on_response_impl(int, BeastView, int, BeastCode&) override {}
    void on_field_impl(http::field, BeastView name, BeastView value, BeastCode& error) override {
      // Trailer fields are checked for form and dropped: nothing in them may alter the request.
      if (core_.in_trailer_) return;
      if (core_.owner_.fields_.size() >= core_.owner_.limits_.headers) {
        error = http::error::header_limit;
        return;
      }
      core_.owner_.fields_.push_back({View(name), View(value)});
    }
    void on_header_impl(BeastCode&) override {}
    void on_body_init_impl(const boost::optional<uint64_t>&, BeastCode&) override {}
    size_t on_body_impl(BeastView body, BeastCode&) override { return body.size(); }
    void on_chunk_header_impl(uint64_t size, BeastView extensions, BeastCode& error) override {
      if (!extensions.empty()) error = http::error::bad_chunk_extension;
      if (size > core_.room_) error = http::error::body_limit;
      core_.in_trailer_ = size == 0;
    }
    size_t on_chunk_body_impl(uint64_t, BeastView body, BeastCode&) override {
      core_.body_->insert(core_.body_->end(), body.begin(), body.end());
      core_.room_ -= body.size();
      return body.size();
    }
    void on_finish_impl(BeastCode&) override {}
    Core& core_;
  };

  HttpParser& owner_;
  std::optional<Engine> engine_;
  Bytes* body_ = nullptr;
  uint64_t room_ = 0;
  bool in_trailer_ = false;
};

HttpParser::HttpParser(HttpParserLimits limits)
    : limits_(limits), core_(std::make_unique<Core>(*this)) {
  fields_.reserve(16);
}

HttpParser::~HttpParser() = default;

bool HttpParser::Refuse(unsigned status) {
  status_ = status;
  return false;
}

void HttpParser::Reset() {
  head_ = HttpHead();
  fields_.clear();
  copy_.clear();
  scanned_ = 0;
  status_ = 0;
  chunked_ = keep_alive_ = http10_ = expects_continue_ = false;
}

HttpParser::Found HttpParser::FindHead(ByteView data, size_t& length) {
  Found found = Look(data, length);
  if (found == Found::kRefused) return found;
  size_t size = found == Found::kHead ? length : data.size();
  if (size <= limits_.header_bytes) return found;
  bool one_line = std::memchr(data.data(), '\n', limits_.header_bytes) == nullptr;
  Refuse(one_line ? 414 : 431);
  return Found::kRefused;
}

HttpParser::Found HttpParser::Look(ByteView data, size_t& length) {
  const uint8_t* begin = data.data();
  const uint8_t* end = begin + data.size();
  // From one byte before the place where the last look ended: a pair may have been split.
  const uint8_t* at = begin + scanned_;
  while (at < end) {
    const auto* feed = static_cast<const uint8_t*>(std::memchr(at, '\n', size_t(end - at)));
    if (feed == nullptr) break;
    if (feed == begin || feed[-1] != '\r') return Refuse(400), Found::kRefused;
    if (end - feed >= 2 && (feed[1] == ' ' || feed[1] == '\t')) {
      // A folded line (RFC 9112 §5.2).
      return Refuse(400), Found::kRefused;
    }
    if (feed - begin >= 3 && feed[-2] == '\n') {
      length = static_cast<size_t>(feed - begin) + 1;
      return Found::kHead;
    }
    at = feed + 1;
    // The byte after a line feed decides about folding: look at this one again when it has come.
    if (at == end) break;
    scanned_ = static_cast<size_t>(at - begin);
  }
  return Found::kMore;
}

bool HttpParser::ParseHead(ByteView head) {
  core_->Start();
  BeastCode error;
  size_t used = core_->engine_->put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error == http::error::header_limit) return Refuse(431);
  if (error || used != head.size() || !core_->engine_->is_header_done()) return Refuse(400);
  head_.headers = fields_;
  keep_alive_ = core_->engine_->keep_alive();
  return CheckTarget() && CheckFields();
}

bool HttpParser::CheckTarget() {
  std::string_view target = head_.target;
  if (target.size() > limits_.target_bytes) return Refuse(414);
  // Origin form alone (RFC 9112 §3.2.1): an absolute form could name another host than Host does.
  if (target.empty() || target[0] != '/') {
    if (target != "*" || head_.method != "OPTIONS") return Refuse(400);
  }
  for (char c : target) {
    if (c <= ' ' || c == '#' || c == '\x7f' || static_cast<unsigned char>(c) >= 0x80) {
      return Refuse(400);
    }
  }
  size_t question = target.find('?');
  head_.path = target.substr(0, question);
  head_.query = question == target.npos ? std::string_view() : target.substr(question + 1);
  return true;
}

bool HttpParser::CheckFields() {
  size_t hosts = 0;
  size_t lengths = 0;
  size_t encodings = 0;
  for (const HttpHeader& field : fields_) {
    if (!CheckField(field, hosts, lengths, encodings)) return false;
  }
  if (hosts > 1 || (hosts == 0 && !http10_)) return Refuse(400);
  if (lengths > 1 || encodings > 1 || (lengths != 0 && encodings != 0)) return Refuse(400);
  chunked_ = encodings == 1;
  // HTTP/1.0 knows no transfer codings: some parsers obey them all the same, some do not.
  if (chunked_ && http10_) return Refuse(400);
  if (lengths == 0 && !chunked_) head_.content_length = 0;
  return true;
}

// The length of a name tells most fields apart from the few that matter.
bool HttpParser::CheckField(const HttpHeader& field, size_t& hosts, size_t& lengths,
                            size_t& encodings) {
  switch (field.name.size()) {
    case 4:
      if (!EqualsIgnoreCase(field.name, "host")) return true;
      ++hosts;
      return IsHostValue(field.value) || Refuse(400);
    case 6:
      if (!EqualsIgnoreCase(field.name, "expect")) return true;
      if (!EqualsIgnoreCase(field.value, "100-continue")) return Refuse(417);
      expects_continue_ = !http10_;
      return true;
    case 14: {
      if (!EqualsIgnoreCase(field.name, "content-length")) return true;
      ++lengths;
      std::optional<uint64_t> value = ParseDecimal(field.value);
      if (!value) return Refuse(400);
      head_.content_length = value;
      return true;
    }
    case 17:
      if (!EqualsIgnoreCase(field.name, "transfer-encoding")) return true;
      ++encodings;
      return EqualsIgnoreCase(field.value, "chunked") || Refuse(400);
    default:
      return true;
  }
}

void HttpParser::DetachHead() {
  if (!copy_.empty()) return;
  const char* first = head_.method.data();
  const HttpHeader* last = fields_.empty() ? nullptr : &fields_.back();
  const char* end = last ? std::max(last->value.data() + last->value.size(),
                                    last->name.data() + last->name.size())
                         : head_.target.data() + head_.target.size();
  copy_.assign(first, end);
  auto moved = [&](std::string_view v) {
    if (v.empty()) return std::string_view();
    return AsText(copy_).substr(static_cast<size_t>(v.data() - first), v.size());
  };
  for (HttpHeader& field : fields_) field = {moved(field.name), moved(field.value)};
  head_.method = moved(head_.method);
  head_.target = moved(head_.target);
  head_.path = moved(head_.path);
  head_.query = moved(head_.query);
  head_.headers = fields_;
}

HttpParser::Chunks HttpParser::ParseChunks(ByteView data, size_t limit, Bytes& body,
                                           size_t& consumed) {
  consumed = 0;
  core_->body_ = &body;
  core_->room_ = limit - body.size();
  while (!core_->engine_->is_done()) {
    ByteView rest = data.subspan(consumed);
    if (rest.empty()) return Chunks::kMore;
    BeastCode error;
    size_t used = core_->engine_->put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    consumed += used;
    rest = rest.subspan(used);
    if (error == http::error::need_more) {
      // A chunk line, or a last chunk that waits for the end of its trailers.
      if (rest.size() > limits_.header_bytes) return Refuse(431), Chunks::kRefused;
      if (rest.size() > kChunkLineBytes &&
          std::memchr(rest.data(), '\n', kChunkLineBytes) == nullptr) {
        return Refuse(400), Chunks::kRefused;
      }
      return Chunks::kMore;
    }
    if (error == http::error::body_limit) return Refuse(413), Chunks::kRefused;
    if (error) return Refuse(400), Chunks::kRefused;
  }
  return Chunks::kDone;
}

}  // namespace nsl::net
