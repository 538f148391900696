// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction.h"

namespace nsl::neo {
namespace {

using enum AttributeType;

bool IsOracleCode(uint8_t code) {
  switch (static_cast<OracleCode>(code)) {
    case OracleCode::kSuccess:
    case OracleCode::kProtocolNotSupported:
    case OracleCode::kConsensusUnreachable:
    case OracleCode::kNotFound:
    case OracleCode::kTimeout:
    case OracleCode::kForbidden:
    case OracleCode::kResponseTooLarge:
    case OracleCode::kInsufficientFunds:
    case OracleCode::kContentTypeNotSupported:
    case OracleCode::kError:
      return true;
  }
  return false;
}

void ReadOracle(Reader& r, Attribute& out) {
  out.oracle_id = r.U64("oracle id");
  size_t start = r.offset();
  uint8_t code = r.U8("oracle code");
  if (!IsOracleCode(code)) r.Refuse("oracle code", "there is no such code", start);
  out.oracle_code = static_cast<OracleCode>(code);
  start = r.offset();
  out.oracle_result = ToBytes(r.VarBytes("oracle result", kMaxOracleResultBytes));
  if (out.oracle_code != OracleCode::kSuccess && !out.oracle_result.empty()) {
    r.Refuse("oracle result", "only a success has one", start);
  }
}

}  // namespace

Attribute ReadAttribute(Reader& r) {
  Attribute out;
  size_t start = r.offset();
  out.type = static_cast<AttributeType>(r.U8("attribute type"));
  switch (out.type) {
    case kHighPriority:
      break;
    case kOracleResponse:
      ReadOracle(r, out);
      break;
    case kNotValidBefore:
      out.height = r.U32("attribute height");
      break;
    case kConflicts:
      out.hash.bytes = r.Array<32>("attribute hash");
      break;
    case kNotaryAssisted:
      out.keys = r.U8("attribute keys");
      break;
    default:
      r.Refuse("attribute type", "there is no such attribute", start);
  }
  return out;
}

void Write(Writer& w, const Attribute& a) {
  w.U8(static_cast<uint8_t>(a.type));
  switch (a.type) {
    case kHighPriority:
      break;
    case kOracleResponse:
      w.U64(a.oracle_id).U8(static_cast<uint8_t>(a.oracle_code)).VarBytes(a.oracle_result);
      break;
    case kNotValidBefore:
      w.U32(a.height);
      break;
    case kConflicts:
      w.Raw(a.hash.bytes);
      break;
    case kNotaryAssisted:
      w.U8(a.keys);
      break;
  }
}

}  // namespace nsl::neo
