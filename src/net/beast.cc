// SPDX-License-Identifier: Apache-2.0
// The one place where Beast's non-template code is compiled: the parts its HTTP parser needs, and
// not the whole of it (no WebSocket, no compression).
// As <boost/beast/src.hpp> does: it makes the parser templates be instantiated here.
#define BOOST_BEAST_SOURCE

#include <boost/beast/core/impl/string.ipp>
#include <boost/beast/http/detail/basic_parser.ipp>
#include <boost/beast/http/detail/rfc7230.ipp>
#include <boost/beast/http/impl/basic_parser.ipp>
#include <boost/beast/http/impl/error.ipp>
#include <boost/beast/http/impl/field.ipp>
#include <boost/beast/http/impl/rfc7230.ipp>
#include <boost/beast/http/impl/verb.ipp>
