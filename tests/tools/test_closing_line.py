# SPDX-License-Identifier: Apache-2.0
"""How single cases are counted, and that nothing that failed is lost on the way."""

import suites

GTEST = {"testsuites": [{"name": "Cron", "testsuite": [
    {"name": "Fires", "status": "RUN", "result": "COMPLETED"},
    {"name": "Waits", "status": "RUN", "result": "COMPLETED",
     "failures": [{"failure": "Expected 1, got 2"}]},
    {"name": "Zone", "status": "RUN", "result": "SKIPPED"},
    {"name": "DISABLED_Leap", "status": "NOTRUN", "result": "SUPPRESSED"}]}]}

SKIP_LOG = """[ RUN      ] Cron.Zone
/somewhere/cron_test.cc:12: Skipped
no tzdata here

[  SKIPPED ] Cron.Zone (0 ms)
"""


def test_gtest_cases_are_counted_with_their_reasons():
    suite = suites.Suite("cron")
    suites.add_gtest(suite, GTEST, SKIP_LOG, 1)
    assert (suite.passed, suite.failed, suite.skipped) == (1, 1, 2)
    assert suite.failures == [("Cron.Waits", "Expected 1, got 2")]
    assert ("Cron.Zone", "no tzdata here") in suite.skips


def test_a_program_that_died_is_a_failure_of_the_test_it_died_in():
    suite = suites.Suite("cron")
    text = ("[ RUN      ] Cron.Fires\n[       OK ] Cron.Fires (0 ms)\n"
            "[ RUN      ] Cron.Waits\nSegmentation fault\n")
    suites.add_gtest(suite, None, text, -11)
    assert (suite.passed, suite.failed) == (1, 1)
    assert suite.failures[0][0] == "Cron.Waits"


def test_a_bad_exit_after_good_tests_is_a_failure():
    suite = suites.Suite("leaky")
    good = {"testsuites": [{"name": "A", "testsuite": [
        {"name": "B", "status": "RUN", "result": "COMPLETED"}]}]}
    suites.add_gtest(suite, good, "LeakSanitizer: detected memory leaks", 23)
    assert (suite.passed, suite.failed) == (1, 1)


def test_a_program_without_tests_is_a_failure():
    suite = suites.Suite("empty")
    suites.add_gtest(suite, {"testsuites": []}, "", 0)
    assert suite.failed == 1


def test_junit_cases_are_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite><testcase classname="a" name="one"/>'
        '<testcase classname="a" name="two"><failure message="no">because</failure></testcase>'
        '<testcase classname="a" name="three"><skipped message="no chain"/></testcase>'
        '<testcase classname="a" name="four"><error message="setup">broke</error></testcase>'
        '</testsuite></testsuites>')
    suite = suites.Suite("functional")
    suites.add_junit(suite, report)
    assert (suite.passed, suite.failed, suite.skipped) == (1, 2, 1)
    assert suite.skips == [("a.three", "no chain")]


def test_the_closing_line_sums_all_suites():
    a, b = suites.Suite("a", passed=3, skipped=1), suites.Suite("b", passed=4, failed=2)
    assert suites.closing_line([a, b]) == ("7 passed, 2 failed, 1 skipped", False)
    assert suites.closing_line([a]) == ("3 passed, 0 failed, 1 skipped", True)


def test_in_ci_a_test_left_out_is_a_failed_one():
    a = suites.Suite("a", passed=3, skipped=1)
    assert suites.closing_line([a], ci=True) == ("3 passed, 1 failed, 0 skipped", False)


def test_a_line_of_a_suite_cannot_be_taken_for_the_closing_line():
    import re
    line = suites.Suite("a", passed=3, failed=1, skipped=1).line()
    assert not re.search(r"\d+ passed, \d+ failed", line)
