# SPDX-License-Identifier: Apache-2.0
"""`nsl neo key`, `nep2`, `message`, `proof`, `script asm`: known vectors, and what is refused."""

import base64
import json
import os
import pty
import select
import stat
import subprocess

import pytest

from nslsystem import NSL, PATIENCE, run_nsl

SCALAR = "7d128a6d096f0c14c3a25a2b0c41cf79661bfcb4a8cc95aaaea28bde4d732344"
WIF = "L1QqQJnpBwbsPGAuutuzPTac8piqvbR1HRjrY5qHup48TBCBFe4g"
PUBLIC = "02028a99826edc0c97d18e22b6932373d908d323aa7f92656a77ec26e8861699ef"
ADDRESS = "NPTmAHDxo6Pkyic8Nvu3kwyXoYJCvcCB6i"
SCRIPT = "0c21" + PUBLIC + "4156e7b327"
NEP2 = "6PYUUUFei9PBBfVkSn8q7hFCnewWFRBKPxcn6Kz6Bmk3FqWyLyuTQE2XFH"

SIGNER = "84180ac9d6eb6fba207ea4ef9d2200102d1ebeb4b9c07e2c6a738a42742e27a5"
SIGNER_PUBLIC = "033a4d051b04b7fc0230d2b1aaedfd5a84be279a5361a7358db665ad7857787f1b"
SIGNER_ADDRESS = "NM7Aky765FG8NhhwtxjXRx7jEL1cnw7PBP"
SALT = "00112233445566778899aabbccddeeff"
CHALLENGE = ["--network", "mainnet", "--nonce", "13458238842203010919", "--timestamp", "1616131369"]
CLASSIC = ("e7ac128de05b287bec7890aa51375d9471fe3ed46e9b1af24d9b7c64ce51227a"
           "cb664602c63a59a70ed122c077c0e40f63f8e39aedff8d84a3531b638ae11695")
NEP20 = ("ec29950bc8a95b9b97f91bf8f9339366c9fb24ab655a8d80caadb2de733dd57b"
         "8d3ee8e08528273a2c348c157250227658a4d7d5976764e8e8cb4751f6cbe1e1")
SIGNED = [
    (["Hello Neo", "--salt", SALT], CLASSIC),
    (["Hello Neo", "--layout", "plain"],
     "27907fe769d9398883de4ee23e005a80d421d9d43702cc8368de8c2de25134b4"
     "5e62694276c652baee5a7cbb1e2b4b80e352aa2ab1cd05043a0d523aff113592"),
    (["Hello Neo", "--layout", "fake-transaction", "--salt", SALT],
     "c91e87a1fc0df2f79c331faa306620c26662319fa0995f04b69a9baf3baabffa"
     "e9d75a28ea60f6470dc9182d5f98a6998f751c015c8be6e68e082ebb93d02431"),
    (["Hello Neo", "--layout", "replay-safe", "--salt", SALT, "--network", "860833102"],
     "bdfd0c4166f50f87deeb44cc3155cce5967999de1d59cf987c819d52f2da0388"
     "6d23c2a51f7a4dd5f0d8fdaff3b718728e4dd3ad16e14343f4e8977657e48bc3"),
    (["--layout", "authentication", "--domain", "example.com", *CHALLENGE], NEP20),
    (["--layout", "authentication-neoline", *CHALLENGE],
     "e3b7d050db0edc4ae33a769f14fb2c97f9c2f03c0d5dc72276b2d2a92ec25f64"
     "399a6c4d669f7ebf0f78336c994d350339ae80f4957294a8659ca8c1cd9d05aa")]

PROOF = ("Bvv///+sAQQtAQoPCw8PDw8PDwoMA+R37W4oSh6Mt8VyLtHNjM4bK1bwfF4zDpzZIzO1SU1jUgADtMIS9mkpd+9pJIVl"
         "IOikJewPmgAqY2XC+hGHC7VpVD4EBAQEBAQEBAQEBAQEBAQDkx0QoUsH0S0VDwwvcQw+uohFjpP2at+ClF9qLgDjHlsk"
         "AQEBAz5SnRGbb5yWsG0Dja78/yotBr79U4PZ9zw/OtwDdqdPBAICq80=")
ROOT = "0x912c380ea66b433fec3540cd608d5477dfca0156fe573fd062428558ed382b07"


def neo(*words, stdin=""):
    return run_nsl("neo", *words, "--json", stdin=stdin)


def refused(done, said, code=2):
    assert done.code == code, done.out
    assert said in done.error["detail"], done.out
    assert done.out.count("\n") == 1
    for secret in (SCALAR, WIF, SIGNER):
        assert secret not in done.out + done.err
    return done


def private(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("text", [WIF, SCALAR, SCALAR.upper(), WIF + "\r"])
def test_key_gives_its_account_and_keeps_its_secret(tmp_path, text):
    for where, stdin in (("-", text + "\n"), (private(tmp_path / "k", text + "\n"), "")):
        done = neo("key", "show", "--key", where, stdin=stdin).ok()
        assert done.json["publicKey"] == PUBLIC and done.json["address"] == ADDRESS
        assert base64.b64decode(done.json["script"]).hex() == done.json["scriptHex"] == SCRIPT
        assert done.json["scriptHash"] == "0xa7cbfee3f01f89d58c042644b0b6df2d59a6eb26"
        assert WIF not in done.out and SCALAR not in done.out.lower()
    open_done = neo("key", "show", "--key", "-", "--show-secret", stdin=text).ok().json
    assert (open_done["wif"], open_done["privateKey"]) == (WIF, SCALAR)
    assert neo("key", "public", PUBLIC).ok().json["address"] == ADDRESS
    human = run_nsl("neo", "key", "show", "--key", "-", stdin=text).ok().out
    assert ADDRESS in human and SCRIPT in human and WIF not in human


def test_new_key_goes_to_a_file_of_its_own(tmp_path):
    refused(neo("key", "new"), "--show-secret")
    file = tmp_path / "key"
    made = neo("key", "new", "-o", file).ok().json
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600 and "wif" not in made
    assert neo("key", "show", "--key", file).ok().json["address"] == made["address"]
    # A key is never written over another one.
    refused(neo("key", "new", "-o", file), "exists", code=1)
    assert neo("key", "show", "--key", file).ok().json["address"] == made["address"]
    assert neo("key", "new", "--show-secret").ok().json["address"] != made["address"]


@pytest.mark.parametrize("words", [
    ("key", "show", WIF), ("key", "show", SCALAR), ("key", "show", "--key", WIF),
    ("key", "show", "--key", SCALAR), ("key", "public", SCALAR), ("key", "public", WIF),
    ("nep2", "encrypt", WIF), ("message", "sign", "text", WIF),
    ("tx", "sign", "00", "--network", "1", WIF), ("tx", "sign", "00", "--network", "1", "--key", WIF),
    ("multisig", "account", "1", SCALAR)])
def test_key_on_the_command_line_is_refused_and_not_repeated(words):
    done = run_nsl("neo", *words)
    assert done.code == 2
    assert WIF not in done.out + done.err and SCALAR not in done.out + done.err


@pytest.mark.parametrize("text, said", [
    (WIF[:-1] + "h", "checksum"), (WIF[:-1], "checksum"), ("", "empty"),
    ("5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf", "uncompressed"),
    (ADDRESS, "no WIF"), ("0" * 64, "order of the curve"), ("f" * 64, "order of the curve"),
    (SCALAR[:-2], "64 hexadecimal digits"), (SCALAR + "00", "64 hexadecimal digits"),
    (NEP2, "nep2 decrypt"), ("x" * 2000, "longer than 1024")])
def test_bad_key_is_exit_2_and_says_why(text, said):
    refused(neo("key", "show", "--key", "-", stdin=text), said)


def test_key_file_for_others_or_with_more_than_a_key_is_refused(tmp_path):
    file = private(tmp_path / "k", WIF + "\n")
    file.chmod(0o644)
    refused(neo("key", "show", "--key", file), "chmod 600")
    refused(neo("key", "show", "--key", private(tmp_path / "two", f"{WIF}\n{WIF}\n")), "one line")
    refused(neo("key", "show", "--key", tmp_path / "none"), "cannot be opened", code=1)


def test_prompt_does_not_show_what_is_typed():
    """In a terminal of its own, the key is typed after the prompt and appears nowhere."""
    pid, master = pty.fork()
    if pid == 0:
        os.execv(NSL, [str(NSL), "neo", "key", "show"])
    shown = b""
    typed = False
    try:
        while True:
            ready, _, _ = select.select([master], [], [], 30 * PATIENCE)
            assert ready, shown
            part = os.read(master, 4096)
            shown += part
            if not typed and b"private key: " in shown:
                os.write(master, WIF.encode() + b"\n")
                typed = True
    except OSError:
        pass
    finally:
        os.close(master)
        _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    assert ADDRESS.encode() in shown and WIF.encode() not in shown


def test_without_a_terminal_the_way_out_is_named():
    done = subprocess.run([NSL, "neo", "key", "show", "--json"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, start_new_session=True, check=False)
    assert done.returncode == 2 and "- for stdin" in json.loads(done.stdout)["error"]["detail"]


def test_bad_public_key_is_refused():
    refused(neo("key", "public", PUBLIC[:-4]), "66 hexadecimal")
    refused(neo("key", "public", "02" + "ff" * 32), "no public key")
    refused(neo("key", "public", "04" + PUBLIC[2:]), "no public key")


def test_nep2_of_the_standard(tmp_path):
    made = neo("nep2", "encrypt", "--key", "-", "--passphrase", "-",
               stdin=f"{WIF}\ncity of zion\n").ok().json
    assert made["nep2"] == NEP2 and made["address"] == ADDRESS
    out = tmp_path / "opened"
    opened = neo("nep2", "decrypt", NEP2, "--passphrase", "-", "-o", out, stdin="city of zion").ok()
    assert opened.json["address"] == ADDRESS and WIF not in opened.out
    assert out.read_text() == WIF + "\n" and stat.S_IMODE(out.stat().st_mode) == 0o600
    shown = neo("nep2", "decrypt", NEP2, "--passphrase", private(tmp_path / "p", "city of zion"),
                "--show-secret").ok().json
    assert shown["wif"] == WIF


FAST = ("--scrypt", "2,1,1")


def cheap(passphrase, *words):
    done = neo("nep2", "encrypt", "--key", "-", "--passphrase", "-", *FAST, *words,
               stdin=f"{WIF}\n{passphrase}\n")
    return done


def test_passphrase_that_is_not_ascii_needs_a_word_for_it():
    refused(cheap("我的密码"), "--nfc")
    refused(cheap("tab\there"), "--nfc")
    made = cheap("我的密码", "--nfc").ok().json["nep2"]
    refused(neo("nep2", "decrypt", made, *FAST, "--passphrase", "-", stdin="我的密码"), "--nfc")
    assert neo("nep2", "decrypt", made, *FAST, "--nfc", "--passphrase", "-",
               stdin="我的密码").ok().json["address"] == ADDRESS


def test_wrong_passphrase_is_exit_1_and_bad_text_exit_2():
    made = cheap("right").ok().json["nep2"]
    refused(neo("nep2", "decrypt", made, *FAST, "--passphrase", "-", stdin="wrong"), "passphrase", 1)
    refused(neo("nep2", "decrypt", made, "--scrypt", "4,1,1", "--passphrase", "-", stdin="right"),
            "--scrypt", 1)
    refused(neo("nep2", "decrypt", made[:-1] + "1", "--passphrase", "-", stdin="right"), "checksum")
    refused(neo("nep2", "decrypt", WIF, "--passphrase", "-", stdin="right"), "no NEP-2 key")
    refused(neo("nep2", "decrypt", made, "--scrypt", "3,1", "--passphrase", "-", stdin="r"), "N,R,P")
    refused(neo("nep2", "decrypt", made, "--scrypt", "3,1,1", "--passphrase", "-", stdin="r"),
            "scrypt")
    refused(neo("nep2", "decrypt", "-", "--passphrase", "-", stdin=made), "both")


def wallet_file(address=ADDRESS, script=SCRIPT):
    key = cheap("right").ok().json["nep2"]
    return {"name": None, "version": "1.0", "scrypt": {"n": 2, "r": 1, "p": 1}, "extra": None,
            "accounts": [{"address": address, "label": None, "isDefault": True, "lock": False,
                          "key": key, "extra": None, "contract": {
                              "script": base64.b64encode(bytes.fromhex(script)).decode(),
                              "parameters": [{"name": "signature", "type": "Signature"}],
                              "deployed": False}}]}


def test_wallet_files_bring_their_parameters(tmp_path):
    file = tmp_path / "wallet.json"
    file.write_text(json.dumps(wallet_file()))
    for words in ((), ("--account", ADDRESS)):
        done = neo("nep2", "decrypt", file, *words, "--passphrase", "-", stdin="right").ok()
        assert done.json["address"] == ADDRESS
    refused(neo("nep2", "decrypt", file, "--account", SIGNER_ADDRESS, "--passphrase", "-",
                stdin="right"), "no key of")
    file.write_text(json.dumps(wallet_file(address="AK2nJJpJr6o664CWJKi1QRXjqeic2zRp8y",
                                           script="21" + PUBLIC + "ac")))
    refused(neo("nep2", "decrypt", file, "--passphrase", "-", stdin="right"), "Neo 2")


@pytest.mark.parametrize("words, signature", SIGNED)
def test_messages_of_every_layout(words, signature):
    verify = ("message", "verify", *words, "--public-key", SIGNER_PUBLIC, "--signature")
    assert neo(*verify, signature).ok().json["address"] == SIGNER_ADDRESS
    assert neo(*verify, base64.b64encode(bytes.fromhex(signature)).decode()).ok()
    wrong = bytes.fromhex(signature)[:-1] + bytes([bytes.fromhex(signature)[-1] ^ 1])
    refused(neo(*verify, wrong.hex()), "not that of", 1)
    refused(neo(*verify, signature[:-2]), "64 bytes")
    refused(neo(*verify, signature + "00"), "64 bytes")


def test_signing_a_message_gives_the_known_signature(tmp_path):
    classic = neo("message", "sign", "Hello Neo", "--salt", SALT, "--key", "-", stdin=SIGNER).ok().json
    assert classic["signature"] == CLASSIC and classic["address"] == SIGNER_ADDRESS
    sign_in = neo("message", "sign", "--layout", "authentication", "--domain", "example.com",
                  *CHALLENGE, "--key", "-", stdin=SIGNER).ok().json
    assert sign_in["signature"] == NEP20
    (tmp_path / "text").write_text("Hello Neo")
    fresh = neo("message", "sign", "--file", tmp_path / "text", "--key", "-", stdin=SIGNER).ok().json
    assert fresh["salt"] != SALT and len(fresh["salt"]) == 32
    neo("message", "verify", "Hello Neo", "--salt", fresh["salt"], "--public-key", SIGNER_PUBLIC,
        "--signature", fresh["signature"]).ok()


def test_no_message_is_signed_that_could_be_a_transaction():
    for layout in ("plain", "fake-transaction", "replay-safe", "classic-no-salt"):
        refused(neo("message", "sign", "x" * 36, "--layout", layout, "--key", "-", stdin=SIGNER),
                "only verified")
    refused(neo("message", "verify", "x" * 36, "--layout", "plain", "--public-key", SIGNER_PUBLIC,
                "--signature", CLASSIC), "36 characters")


@pytest.mark.parametrize("words, said", [
    (("Hello Neo", "--salt", SALT[:-1]), "32 lower-case"),
    (("Hello Neo", "--salt", SALT.upper()), "32 lower-case"),
    (("Hélène", "--salt", SALT), "ASCII"), (("", "--salt", SALT), "TEXT"),
    (("Hello", "--layout", "clasic"), "--layout"), (("Hello", "--layout", "classic, plain"), "--layout"),
    (("x", "--layout", "authentication"), "no text"),
    (("--layout", "authentication", "--domain", "Ex.com", *CHALLENGE), "domain"),
    (("--layout", "authentication", "--domain", "ex.com", "--network", "1", "--nonce", "-1",
      "--timestamp", "1"), "--nonce"),
    (("--layout", "authentication", "--domain", "ex.com", "--network", "one"), "--network")])
def test_bad_message_is_exit_2_and_names_the_field(words, said):
    refused(neo("message", "sign", *words, "--key", "-", stdin=SIGNER), said)


def test_storage_proof_under_a_root():
    done = neo("proof", "verify", PROOF, "--root", ROOT).ok().json
    assert (done["contract"], done["key"], done["value"]) == (-5, "ac01", "abcd")
    neo("proof", "verify", "-", "--root", ROOT, "--contract", "-5", "--storage-key", "ac01",
        stdin=PROOF).ok()
    refused(neo("proof", "verify", PROOF, "--root", ROOT, "--contract", "-4", "--storage-key", "ac01"),
            "contract -5", 1)
    refused(neo("proof", "verify", PROOF, "--root", "0x" + "00" * 32), "state proof", 1)
    raw = base64.b64decode(PROOF)
    # The value, as a lying node would give it.
    refused(neo("proof", "verify", (raw[:-1] + b"\xce").hex(), "--root", ROOT), "state proof", 1)
    refused(neo("proof", "verify", (raw + b"\0").hex(), "--root", ROOT), "state proof")
    refused(neo("proof", "verify", raw[:-1].hex(), "--root", ROOT), "state proof")
    refused(neo("proof", "verify", PROOF, "--root", "0x12"), "--root")


def test_assembled_script_reads_back():
    text = "PUSHDATA1 \"hello\"\nPUSH1\nPACK ; remark\n"
    done = neo("script", "asm", "-", stdin=text).ok().json
    assert done["scriptHex"] == "0c0568656c6c6f11c0" and done["size"] == 9
    back = neo("script", "disasm", done["script"]).ok().json
    assert [i["opcode"] for i in back["instructions"]] == ["PUSHDATA1", "PUSH1", "PACK"]
    assert neo("script", "disasm", "-", stdin=done["script"]).ok().json == back
    refused(neo("script", "asm", "-", stdin="PUSH1\nPUSHH 2\n"), "line 2")
    refused(neo("script", "asm", "-", stdin=" \n"), "empty")
