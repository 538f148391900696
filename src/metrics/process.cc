// SPDX-License-Identifier: Apache-2.0
#include "metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace nsl::metrics {
namespace {

uint64_t CountOpenFds() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  uint64_t count = 0;
  while (dirent* entry = ::readdir(folder)) {
    if (entry->d_name[0] != '.') ++count;
  }
  ::closedir(folder);
  // The folder itself was open while it was read.
  return count == 0 ? 0 : count - 1;
}

double BootTimeSeconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double value = 0;
    if (word == "btime" && file >> value) return value;
  }
  return 0;
}

}  // namespace

ProcessFigures ReadProcessFigures() {
  ProcessFigures out;
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  // The command may hold spaces and brackets: fields are counted from the last bracket (proc(5)).
  size_t end = line.rfind(')');
  if (end == std::string::npos) return out;
  std::istringstream fields(line.substr(end + 1));
  std::vector<std::string> values;
  for (std::string field; fields >> field;) values.push_back(field);
  auto field = [&](size_t number) -> uint64_t {
    size_t index = number - 3;
    return index < values.size() ? std::strtoull(values[index].c_str(), nullptr, 10) : 0;
  };
  double ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_seconds = static_cast<double>(field(14) + field(15)) / ticks;
  out.threads = field(20);
  out.start_time_seconds = BootTimeSeconds() + static_cast<double>(field(22)) / ticks;
  out.virtual_bytes = field(23);
  out.resident_bytes = field(24) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  out.open_fds = CountOpenFds();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) out.max_fds = limit.rlim_cur;
  return out;
}

void AddProcessMetrics(Registry& registry) {
  registry.AddCollector([](TextWriter& out) {
    ProcessFigures p = ReadProcessFigures();
    auto write = [&out](std::string_view name, std::string_view help, Kind kind, auto value) {
      out.Family(name, help, kind);
      out.Sample(name, {}, value);
    };
    write("process_cpu_seconds_total", "User and system CPU time", Kind::kCounter, p.cpu_seconds);
    write("process_resident_memory_bytes", "Resident memory", Kind::kGauge, p.resident_bytes);
    write("process_virtual_memory_bytes", "Virtual memory", Kind::kGauge, p.virtual_bytes);
    write("process_threads", "Threads", Kind::kGauge, p.threads);
    write("process_open_fds", "Open file descriptors", Kind::kGauge, p.open_fds);
    write("process_max_fds", "Limit of open file descriptors", Kind::kGauge, p.max_fds);
    write("process_start_time_seconds", "Start of the process, Unix time", Kind::kGauge,
          p.start_time_seconds);
  });
}

}  // namespace nsl::metrics
