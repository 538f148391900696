# SPDX-License-Identifier: Apache-2.0
"""A client that writes its requests by hand: framing tricks, doubled headers, odd paths."""

import json
import socket

import pytest

from nslsystem import PATIENCE, Api


def talk(system, raw):
    """The whole answer to these bytes; the connection ends with them."""
    base = Api(system.url).base
    with socket.create_connection((base.hostname, base.port), timeout=20 * PATIENCE) as s:
        s.sendall(raw)
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            try:
                chunk = s.recv(65536)
            except ConnectionResetError:
                break
            if not chunk:
                break
            answer += chunk
    return answer


def statuses(answer):
    """The status of each answer in these bytes, read by their Content-Length."""
    out = []
    while answer:
        head, found, rest = answer.partition(b"\r\n\r\n")
        assert found, answer[:200]
        lines = head.split(b"\r\n")
        status = int(lines[0].split()[1])
        out.append(status)
        lengths = [l.split(b":")[1] for l in lines[1:] if l.lower().startswith(b"content-length:")]
        answer = rest[int(lengths[0]):] if lengths else rest
    return out


def one(system, raw):
    answer = talk(system, raw)
    assert len(statuses(answer)) == 1, answer[:500]
    return statuses(answer)[0], answer.partition(b"\r\n\r\n")[2]


GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("raw,status", [
    (GET + b"Host: b\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\nHost: a\n\n", 400),
    (GET + b"X: a\rb\r\n\r\n", 400),
    (GET + b"X: a\x00b\r\n\r\n", 400),
    (b"GET http://other/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    (POST + b"Content-Length: 2, 2\r\n\r\n{}", 400),
    (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    (POST + b"Content-Length: 99999999999999999999\r\n\r\n{}", 400),
    (POST + b"Content-Length: 9223372036854775807\r\n\r\n{}", 413),
    (POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\n\r\n", 400),
    (POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n", 413),
    (POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400),
    (POST + b"Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}", 417),
    # Told at once, without the invitation to send it.
    (POST + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413),
    (GET + b"X: " + b"a" * 17_000 + b"\r\n\r\n", 431),
    (GET + b"X: a\r\n" * 120 + b"\r\n", 431),
    (b"GET /healthz?" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
])
def test_requests_that_could_be_read_in_two_ways(system, raw, status):
    got, body = one(system, raw)
    assert got == status, body
    problem = json.loads(body)
    assert problem["reason"] and problem["code"] and problem["status"] == status
    assert len(problem["detail"]) > 10, problem
    assert Api(system.url).get("/healthz").status == 200


def test_a_request_in_a_body_is_not_a_request(system):
    inner = b"DELETE /v1/me HTTP/1.1\r\nHost: a\r\n\r\n"
    for head in (b"GET /healthz", b"PUT /healthz", b"POST /nowhere"):
        raw = (head + b" HTTP/1.1\r\nHost: a\r\nContent-Length: " + str(len(inner)).encode() +
               b"\r\n\r\n" + inner + GET + b"\r\n")
        got = statuses(talk(system, raw))
        # One for the request with the body, one for the request behind it.
        assert got[1:] == [200] and got[0] in (200, 404, 405), (head, got)


def test_expect_is_answered_before_the_body(system):
    head = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    base = Api(system.url).base
    with socket.create_connection((base.hostname, base.port), timeout=20 * PATIENCE) as s:
        s.sendall(head)
        assert s.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        s.sendall(b"{}")
        answer = b"".join(iter(lambda: s.recv(65536), b""))
    assert statuses(answer) == [422]
    # Who sends the body at once needs no leave.
    at_once = POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    assert statuses(talk(system, at_once))[-1] == 422


@pytest.mark.parametrize("name,value", [
    ("Authorization", "Bearer x"), ("Idempotency-Key", "k"), ("If-Match", "\"1\""),
    ("Content-Type", "application/json")])
def test_doubled_headers_are_refused(system, hello, name, value):
    raw = (f"POST /v1/functions/{hello}:invoke HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
           f"{name}: {value}\r\n{name}: {value}\r\n\r\nnull").encode()
    status, body = one(system, raw)
    assert status == 400, body
    assert name in json.loads(body)["detail"]


def test_odd_paths(user, hello):
    get = user.api.get
    escaped = "%66" + hello[1:]
    assert get(f"/v1/functions/{escaped}").expect(200).json["id"] == hello
    # An escaped id is the same id for a call too.
    body = {"name": "a", "n": 1}
    user.api.post(f"/v1/functions/{escaped}:invoke", body).expect(200)
    for path in (f"/v1/functions/{hello}%00", "/v1/functions/%00", f"/v1/functions/{hello}%2f",
                 f"/v1/functions/{hello}/", f"/v1//functions/{hello}", "/v1/functions/../me",
                 f"/v1/functions/{hello}%", f"/v1/functions/{hello}%zz", "/v1/functions/%ff",
                 f"/V1/functions/{hello}", f"/v1/functions/{hello.upper()}",
                 "/" + "a/" * 2_000, f"/v1/functions/{hello}%3Ainvoke"):
        get(path).refused(404, "not_found")
    user.api.post(f"/v1/functions/{hello}%3Ainvoke", body).refused(404, "not_found")
    user.api.post(f"/v1/functions/{hello}:invoke?alias=%00", body).refused(400, "request.malformed")
    many = "&".join(f"a{i}=1" for i in range(65))
    user.api.post(f"/v1/functions/{hello}:invoke?{many}", body).refused(400, "request.malformed")


def test_wrong_methods_with_a_body(user, hello):
    for method in ("PUT", "PATCH", "DELETE", "GET"):
        answer = user.api.call(method, f"/v1/functions/{hello}:invoke", {"name": "a", "n": 1})
        answer.refused(405, "request.method")
        assert "POST" in answer.headers["allow"]
    assert user.run(hello, {"name": "neo", "n": 1})["n"] == 2
