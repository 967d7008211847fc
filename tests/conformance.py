#!/usr/bin/python3
"""Makes doc/conformance.md of test results: conformance.py CASES RESULTS.xml [...] >page

CASES: tests/ets.cases. RESULTS: JUnit XML of pytest, where each test with the marker ets(id) has a
property "ets" (tests/integration/conftest.py).
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

HEAD = """# Conformance

The cases of the interoperability test specification of LwM2M (1.1 and 1.2), what each checks in
our words, and what came out when the tests that carry its id were run: real processes on loopback,
`make check-conformance`. This page is made of those results; do not edit it.
"""


def read_cases(text):
    """[(chapter, [(id, what, reason)])]"""
    chapters = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("= "):
            chapters.append((line[2:].strip(), []))
        elif line.strip() and not line.startswith("#"):
            parts = [part.strip() for part in line.split("|")]
            if len(parts) != 3 or not chapters:
                raise ValueError(f"line {number}: ID | what it checks | reason")
            chapters[-1][1].append(tuple(parts))
    return chapters


def read_results(files):
    """{id: [(test, "passed" | "failed" | "skipped")]}"""
    found = {}
    for file in files:
        for case in ElementTree.parse(file).getroot().iter("testcase"):
            result = "passed"
            for kind in ("skipped", "failure", "error"):
                if case.find(kind) is not None:
                    result = "skipped" if kind == "skipped" else "failed"
            name = case.get("classname", "").split(".")[-1] + "::" + case.get("name", "")
            for entry in case.iter("property"):
                if entry.get("name") == "ets":
                    found.setdefault(entry.get("value"), []).append((name, result))
    return found


def verdict(results, reason):
    if not results:
        return f"not done: {reason}" if reason else "**no test**"
    states = {result for _, result in results}
    if "failed" in states:
        return "**failed**"
    if states == {"skipped"}:
        return "skipped on this machine"
    return "passed"


def tests_of(results):
    """Each test once, without its parameters."""
    return ", ".join(f"`{name}`" for name in sorted({name.split("[")[0] for name, _ in results}))


def page(chapters, found):
    lines, counts = [], {}
    for chapter, cases in chapters:
        lines += ["", f"## {chapter}", "", "| Case | What it checks | Result | Tests |",
                  "|---|---|---|---|"]
        for id, what, reason in cases:
            results = found.get(id, [])
            said = verdict(results, reason)
            kind = said.strip("*").split(":")[0]
            counts[kind] = counts.get(kind, 0) + 1
            lines.append(f"| {id} | {what} | {said} | {tests_of(results)} |")
    total = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items(), key=lambda c: -c[1]))
    return HEAD + f"\nOf {sum(counts.values())} cases: {total}.\n" + "\n".join(lines) + "\n"


def main(cases, *results):
    chapters = read_cases(pathlib.Path(cases).read_text())
    found = read_results(results)
    unknown = set(found) - {id for _, list in chapters for id, _, _ in list}
    if unknown:
        sys.exit(f"conformance.py: tests carry cases that {cases} does not have: {sorted(unknown)}")
    sys.stdout.write(page(chapters, found))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
