# SPDX-License-Identifier: Apache-2.0
"""The floor rules, on small trees made here."""

import xml.etree.ElementTree as ET

import floors
import house_svg
import pytest


def write(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def tree(tmp_path):
    """base, crypto, net, storage, account and gateway, all within the rules."""
    for name, uses in (("base", ""), ("crypto", "USES base"), ("net", "USES base crypto"),
                       ("storage", "USES base"), ("account", "USES base crypto API_USES storage"),
                       ("gateway", "USES base net API_USES account")):
        write(tmp_path, f"src/{name}/CMakeLists.txt", f"nsl_room({name} {uses})\n")
        write(tmp_path, f"src/{name}/README.md", f"# {name}\n\nWhat {name} is for. More text.\n")
        write(tmp_path, f"src/{name}/api.h", "#pragma once\n")
        write(tmp_path, f"src/{name}/inner.h", "#pragma once\n")
    write(tmp_path, "src/net/tls.cc", '#include "crypto/inner.h"\n#include "base/inner.h"\n')
    write(tmp_path, "src/account/users.cc", '#include "storage/api.h"\n#include "crypto/api.h"\n')
    write(tmp_path, "src/gateway/door.cc", '#include "account/api.h"\n#include "net/inner.h"\n')
    return tmp_path


def found(tree):
    return floors.violations(*floors.load(str(tree)))


def test_a_tree_within_the_rules_has_no_violation(tree):
    assert found(tree) == []


def test_an_upward_include_is_refused(tree):
    write(tree, "src/crypto/bad.cc", '#include "account/api.h"\n')
    assert any("src/crypto/bad.cc includes account/api.h" in v for v in found(tree))


def test_a_sideways_include_is_refused(tree):
    write(tree, "src/crypto/bad.cc", '#include "net/api.h"\n')
    assert any("src/crypto/bad.cc includes net/api.h" in v for v in found(tree))


def test_an_upward_link_is_refused_without_an_include(tree):
    write(tree, "src/net/CMakeLists.txt", "nsl_room(net USES base crypto gateway)\n")
    assert any("net (floor 1) must not use gateway (floor 4)" in v for v in found(tree))


def test_a_service_sees_only_the_interface_of_the_floor_below(tree):
    write(tree, "src/account/users.cc", '#include "storage/inner.h"\n')
    assert any("only the interface of storage" in v for v in found(tree))
    write(tree, "src/account/users.cc", "")
    write(tree, "src/account/CMakeLists.txt", "nsl_room(account USES base crypto storage)\n")
    assert any("API_USES instead of USES" in v for v in found(tree))


def test_what_the_interface_includes_belongs_to_it(tree):
    write(tree, "src/storage/api.h", '#include "storage/inner.h"\n')
    write(tree, "src/account/users.cc", '#include "storage/inner.h"\n')
    assert found(tree) == []


def test_an_include_without_a_link_line_is_refused(tree):
    write(tree, "src/gateway/door.cc", '#include "crypto/api.h"\n')
    assert any("does not name crypto" in v for v in found(tree))


def test_tests_may_use_more(tree):
    write(tree, "src/crypto/bad_test.cc", '#include "account/api.h"\n')
    assert found(tree) == []


def test_the_vault_must_not_link_a_room_of_the_host(tree):
    write(tree, "apps/nsl-vault/CMakeLists.txt", "target_link_libraries(nsl-vault nsl_storage)\n")
    assert any("nsl-vault links storage" in v for v in found(tree))


def test_a_room_without_a_floor_is_refused(tree):
    write(tree, "src/attic/CMakeLists.txt", "nsl_room(attic USES base)\n")
    assert any("attic has no floor" in v for v in found(tree))


def test_the_drawing_is_well_formed_and_always_the_same(tree):
    first = floors.drawing(str(tree))
    assert first == floors.drawing(str(tree))
    ET.fromstring(first)
    for name in ("base", "crypto", "gateway"):
        assert f">{name}</text>" in first
    assert "What gateway is for" in first


def test_the_drawing_changes_with_an_arrow(tree):
    before = floors.drawing(str(tree))
    write(tree, "src/net/tls.cc", '#include "base/inner.h"\n')
    assert floors.drawing(str(tree)) != before


def test_edges_that_follow_from_others_are_left_out():
    assert house_svg.reduce_edges({("a", "b"), ("b", "c"), ("a", "c")}) == [("a", "b"), ("b", "c")]
