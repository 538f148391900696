// SPDX-License-Identifier: Apache-2.0

// The Go packages of neo-go on the material of nsl-bench-neo: neo-go-bench FILE MILLISECONDS
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/nspcc-dev/neo-go/pkg/core/block"
	"github.com/nspcc-dev/neo-go/pkg/core/transaction"
	"github.com/nspcc-dev/neo-go/pkg/crypto/hash"
	"github.com/nspcc-dev/neo-go/pkg/crypto/keys"
	"github.com/nspcc-dev/neo-go/pkg/encoding/address"
	"github.com/nspcc-dev/neo-go/pkg/io"
)

type material struct {
	Magic       uint32
	Key         string
	PublicKey   string
	ID          string
	Signature   string
	Address     string
	Transaction string
	Block       string
}

type figure struct {
	NS    float64 `json:"ns"`
	Proof string  `json:"proof"`
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "neo-go-bench:", err)
		os.Exit(1)
	}
	return value
}

func measure(limit time.Duration, work func() string) figure {
	proof := work()
	count, batch := 0, 1
	begin := time.Now()
	var took time.Duration
	for took < limit {
		for range batch {
			proof = work()
		}
		count += batch
		took = time.Since(begin)
		if took < limit/16 {
			batch *= 2
		}
	}
	return figure{float64(took.Nanoseconds()) / float64(count), proof}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: neo-go-bench FILE MILLISECONDS")
		os.Exit(2)
	}
	var given material
	if err := json.Unmarshal(must(os.ReadFile(os.Args[1])), &given); err != nil {
		must(0, err)
	}
	limit := time.Duration(must(strconv.Atoi(os.Args[2]))) * time.Millisecond
	private := must(keys.NewPrivateKeyFromHex(given.Key))
	public := must(keys.NewPublicKeyFromString(given.PublicKey))
	data := append([]byte{byte(given.Magic), byte(given.Magic >> 8), byte(given.Magic >> 16),
		byte(given.Magic >> 24)}, must(hex.DecodeString(given.ID))...)
	signature := must(hex.DecodeString(given.Signature))
	rawTransaction := must(hex.DecodeString(given.Transaction))
	rawBlock := must(hex.DecodeString(given.Block))

	out := map[string]figure{
		"sign": measure(limit, func() string {
			return hex.EncodeToString(private.Sign(data))
		}),
		"verify": measure(limit, func() string {
			if public.Verify(signature, hash.Sha256(data).BytesBE()) {
				return "good"
			}
			return "bad"
		}),
		"block": measure(limit, func() string {
			read := block.New(false)
			r := io.NewBinReaderFromBuf(rawBlock)
			read.DecodeBinary(r)
			must(0, r.Err)
			return fmt.Sprintf("%d 0x%s", len(read.Transactions), read.Hash().StringLE())
		}),
		"transaction": measure(limit, func() string {
			return "0x" + must(transaction.NewTransactionFromBytes(rawTransaction)).Hash().StringLE()
		}),
		"base58": measure(limit, func() string {
			return address.Uint160ToString(must(address.StringToUint160(given.Address)))
		}),
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		must(0, err)
	}
}
