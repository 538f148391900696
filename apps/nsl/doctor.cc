// SPDX-License-Identifier: Apache-2.0
#include "doctor.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/json.h"
#include "dev/free_port.h"
#include "dev/installation.h"
#include "dev/programs.h"

namespace nsl::cli {
namespace {

// What a development system needs at least: chain, database, logs.
constexpr uint64_t kDiskBytes = 1ULL << 30;

struct Piece {
  std::string piece;
  bool essential = true;
  bool active = false;
  int number = 0;
  std::string advice;
};

void AddPrograms(const Programs& programs, std::vector<Piece>& out) {
  for (const Program* program : programs.All()) {
    bool there = !program->path.empty();
    out.push_back({"program " + program->name, true, there, there ? 0 : ENOENT,
                   there ? program->path : program->advice});
  }
}

// Runs the runner's own probe: what the sandbox can do is tried there, not guessed here.
void AddKernel(const Programs& programs, std::vector<Piece>& out) {
  if (programs.runner.path.empty()) return;
  std::string command = "'" + programs.runner.path + "' --probe --node '" + programs.node.path +
                        "' --worker-js '" + programs.worker_js.path + "' 2>/dev/null";
  std::string text;
  if (FILE* pipe = popen(command.c_str(), "re")) {
    char buffer[4096];
    while (size_t n = fread(buffer, 1, sizeof buffer, pipe)) {
      text.append(buffer, n);
      if (text.size() > (1 << 20)) break;
    }
    pclose(pipe);
  }
  auto value = ParseJson(text);
  if (!value || ArrayAt(*value, "pieces").empty()) {
    out.push_back({"sandbox probe", true, false, 0,
                   "run '" + programs.runner.path + " --probe' and read its message"});
    return;
  }
  for (const auto& item : ArrayAt(*value, "pieces")) {
    Piece piece;
    piece.piece = "sandbox " + TextAt(item, "piece");
    piece.essential = item.as_object().at("essential").as_bool();
    piece.active = item.as_object().at("active").as_bool();
    piece.number = static_cast<int>(UintAt(item, "error"));
    if (!piece.active) {
      piece.advice = piece.essential ? "workers cannot start without it; run as root or enable it"
                                     : "workers run without this layer";
    }
    out.push_back(std::move(piece));
  }
}

void AddPort(uint16_t port, const char* option, std::vector<Piece>& out) {
  auto free = FreePort(port, option);
  out.push_back({"port " + std::to_string(port), false, free.has_value(), free ? 0 : EADDRINUSE,
                 free ? std::string() : free.error().detail});
}

void AddDisk(std::vector<Piece>& out) {
  std::filesystem::path at = DefaultDevFolder();
  std::error_code error;
  while (!std::filesystem::exists(at, error) && at != at.root_path()) at = at.parent_path();
  struct statvfs info{};
  bool read = statvfs(at.c_str(), &info) == 0;
  uint64_t free = read ? static_cast<uint64_t>(info.f_bavail) * info.f_frsize : 0;
  bool enough = free >= kDiskBytes;
  out.push_back({"disk " + at.string(), true, enough, enough ? 0 : ENOSPC,
                 HumanBytes(free) + " free" + (enough ? "" : ", 1 GiB is needed")});
}

void AddIdentity(std::vector<Piece>& out) {
  bool root = geteuid() == 0;
  out.push_back({"a uid per program", false, root, root ? 0 : EPERM,
                 root ? "" : "run as root to keep the programs apart"});
}

void Show(Cli& cli, const std::vector<Piece>& pieces) {
  std::vector<std::vector<std::string>> rows;
  for (const Piece& p : pieces) {
    std::string state = p.active ? "ok" : p.essential ? "missing" : "absent";
    Colour colour = p.active ? Colour::kGreen : p.essential ? Colour::kRed : Colour::kYellow;
    std::string why = p.active || p.number == 0 ? "" : std::strerror(p.number);
    rows.push_back({p.piece, state, p.essential ? "essential" : "optional", why, p.advice});
    (void)colour;
  }
  cli.term().Table({"PIECE", "STATE", "NEED", "ERROR", "ADVICE"}, rows);
}

}  // namespace

CliStatus RunDoctor(Cli& cli) {
  Programs programs = FindPrograms();
  std::vector<Piece> pieces;
  AddPrograms(programs, pieces);
  AddKernel(programs, pieces);
  AddIdentity(pieces);
  DevOptions standard;
  AddPort(standard.api_port, "--port", pieces);
  AddPort(standard.metrics_port, "--metrics-port", pieces);
  AddPort(standard.chain_port, "--chain-port", pieces);
  AddDisk(pieces);
  bool good = true;
  boost::json::array items;
  for (const Piece& p : pieces) {
    good = good && (p.active || !p.essential);
    items.push_back(boost::json::object{{"piece", p.piece},
                                        {"essential", p.essential},
                                        {"active", p.active},
                                        {"errno", p.number},
                                        {"advice", p.advice}});
  }
  cli.exit = good ? Exit::kOk : Exit::kFailed;
  if (cli.json) {
    cli.term().Json(boost::json::object{{"good", good}, {"pieces", std::move(items)}});
  } else {
    Show(cli, pieces);
  }
  return {};
}

}  // namespace nsl::cli
