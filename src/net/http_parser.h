// SPDX-License-Identifier: Apache-2.0
//
// Reads request heads and chunked bodies, over Beast's parser, with what Beast leaves open closed:
// anything whose framing could be read in two ways is refused. Inside the room alone; one per
// connection, one thread.
#pragma once

#include <memory>
#include <vector>

#include "net/http.h"

namespace nsl::net {

struct HttpParserLimits {
  size_t header_bytes = 16 * 1024;
  size_t target_bytes = 8 * 1024;
  size_t headers = 100;
};

class HttpParser {
 public:
  explicit HttpParser(HttpParserLimits limits);
  ~HttpParser();

  enum class Found : uint8_t { kMore, kHead, kRefused };
  // Looks for the end of a head at the start of `data`, which only grows between calls; `length` is
  // the head's. Refuses what is too long and bare line feeds before waiting for an end.
  Found FindHead(ByteView data, size_t& length);
  // Parses a whole head. The views of head() borrow from it. False: refused, see status().
  bool ParseHead(ByteView head);
  HttpHead& head() { return head_; }
  bool chunked() const { return chunked_; }
  bool keep_alive() const { return keep_alive_; }
  bool http10() const { return http10_; }
  bool expects_continue() const { return expects_continue_; }
  bool is_head() const { return head_.method == "HEAD"; }
  // Copies the head, so that the buffer it borrows from may change.
  void DetachHead();

  enum class Chunks : uint8_t { kMore, kDone, kRefused };
  // Appends decoded bytes to `body`, at most `limit` in all; `consumed` is what was used of `data`.
  // When more is needed, what was not consumed comes again with more behind it.
  Chunks ParseChunks(ByteView data, size_t limit, Bytes& body, size_t& consumed);

  // HTTP status of the refusal.
  unsigned status() const { return status_; }
  // Ready for the next message.
  void Reset();

 private:
  class Core;
  friend class Core;
  bool Refuse(unsigned status);
  bool CheckFields();
  bool CheckField(const HttpHeader& field, size_t& hosts, size_t& lengths, size_t& encodings);
  bool CheckTarget();
  Found Look(ByteView data, size_t& length);

  HttpParserLimits limits_;
  std::unique_ptr<Core> core_;
  HttpHead head_;
  std::vector<HttpHeader> fields_;
  Bytes copy_;
  size_t scanned_ = 0;
  unsigned status_ = 0;
  bool chunked_ = false;
  bool keep_alive_ = false;
  bool http10_ = false;
  bool expects_continue_ = false;
};

}  // namespace nsl::net
