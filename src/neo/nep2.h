// SPDX-License-Identifier: Apache-2.0
//
// NEP-2: a private key encrypted with a passphrase, 58 characters that start with 6P.
//
// The passphrase is its UTF-8 bytes in Unicode normal form C; normalising is the caller's part,
// because it needs the Unicode tables: two texts that look alike give different keys here when
// their bytes differ. The text does not say the scrypt parameters; they stand in the wallet file,
// and kNep2Scrypt is what the standard names.
//
// Guarantee: a key that comes out belongs to the address the text was made for. A passphrase that
// is wrong, parameters that are and an altered key cannot be told apart. Secrets lie in SecretBytes
// alone. Slow by design: run it on a BlockingPool. Thread-safe. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/ecdsa.h"
#include "crypto/kdf.h"

namespace nsl::neo {

inline constexpr crypto::ScryptParams kNep2Scrypt = {.n = 16'384, .r = 8, .p = 8};

// request.invalid for parameters that crypto::Scrypt refuses.
Result<std::string> EncryptNep2(const crypto::P256PrivateKey& key, ByteView passphrase,
                                const crypto::ScryptParams& params = kNep2Scrypt);

// chain.invalid when the text is no NEP-2 key, or when the passphrase does not open it.
Result<crypto::P256PrivateKey> DecryptNep2(std::string_view text, ByteView passphrase,
                                           const crypto::ScryptParams& params = kNep2Scrypt);

// What DecryptNep2 asks of the text before it looks at the passphrase.
Status CheckNep2Text(std::string_view text);

}  // namespace nsl::neo
