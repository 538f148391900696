// SPDX-License-Identifier: Apache-2.0
// /dev/nsm: NSM_IOCTL_RAW (Linux include/uapi/linux/nsm.h).
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "enclave/nsm_module.h"

namespace nsl::enclave {
namespace {

struct NsmVector {
  uint64_t address;
  uint64_t length;
};
struct NsmRaw {
  NsmVector request;
  NsmVector response;
};
static_assert(sizeof(NsmRaw) == 32);
constexpr unsigned long kIoctlRaw = _IOWR(0x0A, 0, NsmRaw);
constexpr size_t kMaxRequest = 0x1000;
// The driver cuts an answer to the buffer it is given without a word: always the largest.
constexpr size_t kResponse = 0x3000;

class NsmDevice final : public NsmChannel {
 public:
  explicit NsmDevice(int fd) : fd_(fd) {}
  ~NsmDevice() override { close(fd_); }

  Result<Bytes> Call(ByteView request) override {
    if (request.size() > kMaxRequest) {
      return Fail(Reason::kPlatformModule, "/dev/nsm: a request larger than 4096 bytes");
    }
    Bytes response(kResponse);
    NsmRaw raw{{reinterpret_cast<uint64_t>(request.data()), request.size()},
               {reinterpret_cast<uint64_t>(response.data()), response.size()}};
    while (ioctl(fd_, kIoctlRaw, &raw) != 0) {
      if (errno == EINTR) continue;
      return Fail(Reason::kPlatformModule, std::string("/dev/nsm: ") + std::strerror(errno));
    }
    if (raw.response.length > response.size()) {
      return Fail(Reason::kPlatformModule, "/dev/nsm: an answer larger than its buffer");
    }
    response.resize(raw.response.length);
    return response;
  }

 private:
  int fd_;
};

}  // namespace

Result<std::unique_ptr<NsmChannel>> OpenNsmDevice(const std::string& path) {
  int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) {
    return Fail(Reason::kPlatformModule,
                errno == ENOENT
                    ? "no " + path +
                          ": this program runs only inside a Nitro enclave; use the -dev program "
                          "for development"
                    : path + ": " + std::strerror(errno));
  }
  return std::make_unique<NsmDevice>(fd);
}

}  // namespace nsl::enclave
