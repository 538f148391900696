#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh BENCH_FOLDER: nsl-bench-hello and nginx `return 200`, in turn, each alone on core 0 with wrk
# on core 1; prints requests per second, CPU per request and the ratio of each round.
set -eu
bench=$1
rounds=${2:-3}
folder=$(mktemp -d)
trap 'kill $(cat "$folder"/*.pid 2>/dev/null) 2>/dev/null || true; rm -rf "$folder"' EXIT
mkdir "$folder/tmp"
cat > "$folder/nginx.conf" <<EOF
daemon off; worker_processes 1; pid $folder/nginx.pid; error_log $folder/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 100000000;
  client_body_temp_path $folder/tmp; proxy_temp_path $folder/tmp; fastcgi_temp_path $folder/tmp;
  uwsgi_temp_path $folder/tmp; scgi_temp_path $folder/tmp;
  server { listen 127.0.0.1:18098;
    location / { default_type application/json; return 200 '{"message":"hello","path":"/","n":1}'; } }
}
EOF
cpu() { awk '{sum += $1} END {print sum / 1000}' $(for p in "$@"; do echo /proc/$p/schedstat; done); }
load() { taskset -c 1 wrk -t1 -c64 -d3s "$1" | awk '/Requests\/sec/ {print $2}'; }
i=0
while [ $i -lt "$rounds" ]; do
  i=$((i + 1))
  taskset -c 0 "$bench/nsl-bench-hello" 18099 > "$folder/out" & echo $! > "$folder/hello.pid"
  sleep 0.3
  ours=$(load http://127.0.0.1:18099/)
  kill -TERM "$(cat "$folder/hello.pid")"; wait "$(cat "$folder/hello.pid")" || true
  rm "$folder/hello.pid"
  taskset -c 0 nginx -p "$folder" -c "$folder/nginx.conf" 2>/dev/null & master=$!
  sleep 0.5
  worker=$(cat /proc/$master/task/$master/children)
  before=$(cpu $worker)
  theirs=$(load http://127.0.0.1:18098/)
  after=$(cpu $worker)
  kill -TERM $master; wait $master || true
  awk -v o="$ours" -v t="$theirs" -v b="$before" -v a="$after" -v line="$(cat "$folder/out")" 'BEGIN {
    split(line, f, " ");
    printf "hello %.0f/s %s us  nginx %.0f/s %.2f us  ratio %.2f\n", o, f[4], t, (a - b) / (t * 3), o / t }'
done
