# SPDX-License-Identifier: Apache-2.0
"""Each text check finds what it is there for, in a repository made here."""

import subprocess

import pytest
from checks import Context, binaries, compiler_arguments, documents, text


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    def write(path, content):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return Context(root=str(tmp_path))

    return write


SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def test_a_source_without_a_licence_is_found(repository):
    assert text.spdx(repository("src/a.cc", SPDX)).good
    outcome = text.spdx(repository("src/b.cc", "int x;\n"))
    assert not outcome.good and "src/b.cc" in outcome.details[0]


@pytest.mark.parametrize("line", [
    "https://registry.npm" + "js.org/left-pad", "see py" + "pi.org", "/wo" + "rk/main/src",
    "// TO" + "DO: later", "// for no" + "w, constant"])
def test_forbidden_words_are_found(repository, line):
    outcome = text.words(repository("src/a.cc", SPDX + line + "\n"))
    assert not outcome.good and "src/a.cc:2" in outcome.details[0]


@pytest.mark.parametrize("line", ["works/and", "the network/transport", "how it works"])
def test_ordinary_words_are_not_found(repository, line):
    assert text.words(repository("src/a.cc", SPDX + "// " + line + "\n")).good


def test_this_tree_does_not_find_its_own_patterns():
    import conftest
    for path in ("tools/checks/text.py", "tests/tools/test_checks.py"):
        context = Context(root=conftest.ROOT)
        context._files = [path]
        assert text.words(context).good


def test_a_test_that_no_program_builds_is_found(repository):
    repository("build/dev/test-sources.txt", "")
    context = repository("src/a_test.cc", SPDX)
    listing = context.root + "/build/dev/test-sources.txt"
    with open(listing, "w", encoding="utf-8") as f:
        f.write(f"{context.root}/src/other_test.cc\n")
    outcome = text.registered_tests(context)
    assert not outcome.good and "src/a_test.cc" in outcome.details[0]
    with open(listing, "a", encoding="utf-8") as f:
        f.write(f"{context.root}/src/a_test.cc\n")
    assert text.registered_tests(context).good


def test_a_dead_link_and_a_dead_anchor_are_found(repository):
    repository("docs/there.md", "# One heading\n")
    context = repository("README.md", "[a](docs/there.md#one-heading) [b](docs/gone.md) "
                                      "[c](docs/there.md#other)\n")
    details = documents.links(context).details
    assert len(details) == 2
    assert "docs/gone.md" in details[0] and "#other" in details[1]


def test_a_command_that_does_not_exist_is_found(repository):
    repository("x", "VERBS=\"\nbuild|compile|yes\n\"\n")
    assert documents.commands(repository("README.md", "Run `./x build`.\n")).good
    outcome = documents.commands(repository("README.md", "Run `./x fly`.\n"))
    assert not outcome.good and "./x fly" in outcome.details[0]


def test_the_simulator_is_found_in_a_program(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF..._ZN3nsl7enclave15SimulatedModuleC2Ev...")
    assert binaries.marks_in(program)
    program.write_bytes(b"\x7fELF..._ZN3nsl7enclave9NsmModuleC2Ev...")
    assert not binaries.marks_in(program)


def test_needed_libraries_are_read_from_a_real_program():
    assert "libc.so.6" in binaries.needed("/bin/ls")


def test_compile_commands_lose_input_and_output():
    command = ("/usr/bin/cmake -E env CCACHE_X=1 /usr/bin/ccache /usr/bin/clang++-19 -DA=1 -Isrc -MD "
               "-MT a.o -MF a.o.d -o a.o -c /tree/src/a.cc")
    assert compiler_arguments(command) == ["/usr/bin/clang++-19", "-DA=1", "-Isrc"]


def test_the_content_key_follows_the_headers(repository):
    repository("src/base/a.h", "int a;\n")
    context = repository("src/base/b.cc", '#include "base/a.h"\n')
    before = context.closure_hash("src/base/b.cc")
    assert context.closure_hash("src/base/b.cc") == before
    assert repository("src/base/a.h", "int b;\n").closure_hash("src/base/b.cc") != before
