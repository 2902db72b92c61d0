"""What becomes of a folder of real and hostile documents: states, reasons, words found, time, memory.

`python tests/corpus/measure.py FOLDER [--reference FOLDER] [--program nuthatch] [--worst N]`

Reads each file with `nuthatch read`, one at a time, and prints a table by format. The words are
compared with those of `pdftotext` where that is installed, and with `<reference>/<file>.txt` where
there is one: the share of the reference's words that are found at all, as often as they are there,
and the share found in the same order (longest common subsequence); tables and columns that two
programs read in different orders are the difference. A folder that has an `EXPECT.tsv` (file, what is
expected, note) is held against it: `text:SNIPPET|not:WORD`, `text-inner:SNIPPET` for what lies in
a container, or some of `text`, `error`, `limit` and `empty`, joined by `-or-`.
Ends with an error if a file ends in no state, if the program crashes, or if a reader takes longer or
more memory than it may.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import unicodedata

# The default limits of a document, with room for starting a process.
MAX_SECONDS = 90
MAX_MIB = 1100


def words(text):
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "").lower()
    return re.findall(r"\w+", text)


def n_in_order(reference, found):
    """Length of the longest common subsequence, by bits (Crochemore and others, 2001)."""
    places = collections.defaultdict(int)
    for i, word in enumerate(reference):
        places[word] |= 1 << i
    mask = (1 << len(reference)) - 1
    open_ = mask
    for word in found:
        hit = open_ & places.get(word, 0)
        if hit:
            open_ = ((open_ + hit) | (open_ - hit)) & mask
    return len(reference) - open_.bit_count()


def run(command):
    """Output, exit status, seconds, and the most memory (MiB) that a process of it held."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return output, process.returncode, time.monotonic() - began, usage.ru_maxrss / 1024


def text_of(document):
    blocks = document.get("blocks", [])
    own = "\n".join(block["text"] for block in blocks)
    return "\n".join([own, *(text_of(inner) for inner in document.get("files", []))])


def reference_of(path, folder, references):
    if references:
        named = references / (str(path.relative_to(folder)) + ".txt")
        if named.is_file():
            return named.read_text(errors="replace"), None
    if path.suffix.lower() == ".pdf" and shutil.which("pdftotext"):
        output, status, seconds, _ = run(["pdftotext", "-q", str(path), "-"])
        if status == 0:
            return output.decode(errors="replace"), seconds
    return None, None


class Format:
    def __init__(self):
        self.states = collections.Counter()
        self.reasons = collections.Counter()
        self.seconds = self.slowest = self.most = 0.0
        self.n_reference = self.n_found = self.n_in_order = 0
        self.ours = self.theirs = 0.0
        self.shares = []

    def row(self, name):
        shares = [f"{n / self.n_reference:.4f}" if self.n_reference else "" for n in (self.n_found, self.n_in_order)]
        ratio = f"{self.theirs / self.ours:.2f}" if self.ours else ""
        states = [self.states[state] for state in ("indexed", "partial", "skipped", "failed")]
        cells = [name, sum(states), *states, f"{self.seconds:.1f}", f"{self.slowest:.1f}"]
        return [*map(str, cells), f"{self.most:.0f}", *shares, ratio]


def expectations(folder):
    listed = folder / "EXPECT.tsv"
    lines = listed.read_text(encoding="utf-8").splitlines()[1:] if listed.is_file() else []
    return dict(line.split("\t")[:2] for line in lines)


def is_as_expected(expected, document):
    text = "".join(unicodedata.normalize("NFKC", text_of(document)).split())
    kind, _, snippet = expected.partition(":")
    if snippet:
        snippet, _, unwanted = snippet.partition("|not:")
        wanted = "".join(unicodedata.normalize("NFKC", snippet).split())
        return wanted in text and not (unwanted and unwanted in text)
    ends = {"indexed": {"text"}, "partial": {"text", "limit"}, "failed": {"error", "limit"}, "skipped": {"error", "empty", "skip"}}
    return bool(ends[document["state"]] & set(kind.split("-or-")))


def measure(path, folder, arguments, formats, problems):
    """What is read of a file; nothing if there was no answer."""
    output, status, seconds, mib = run([arguments.program, "--json", "read", str(path)])
    try:
        document = json.loads(output)
    except ValueError:
        problems.append(f"{path}: ended with {status} and no answer")
        return None
    name = document.get("format") or path.suffix.lower().lstrip(".") or "(none)"
    entry = formats[name]
    entry.states[document["state"]] += 1
    if document.get("reason"):
        entry.reasons[re.sub(r"\d+", "N", document["reason"])] += 1
    entry.seconds += seconds
    entry.slowest = max(entry.slowest, seconds)
    entry.most = max(entry.most, mib)
    if status not in (0, 1) or "crashed" in (document.get("reason") or ""):
        problems.append(f"{path}: {document.get('reason')} (status {status})")
    if seconds > MAX_SECONDS or mib > MAX_MIB:
        problems.append(f"{path}: {seconds:.0f} s, {mib:.0f} MiB")
    reference, theirs = reference_of(path, folder, arguments.reference)
    wanted = words(reference or "")
    if wanted and document["state"] in ("indexed", "partial"):
        found = words(text_of(document))
        n_found = (collections.Counter(wanted) & collections.Counter(found)).total()
        entry.n_in_order += n_in_order(wanted, found)
        entry.n_reference += len(wanted)
        entry.n_found += n_found
        entry.shares.append((n_found / len(wanted), len(wanted), path))
        if theirs:
            entry.ours += seconds
            entry.theirs += theirs
    elif wanted:
        entry.n_reference += len(wanted)
        entry.shares.append((0.0, len(wanted), path))
    return document


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--reference", type=pathlib.Path)
    parser.add_argument("--program", default="target/release/nuthatch")
    parser.add_argument("--worst", type=int, default=10, help="files with the fewest words found")
    arguments = parser.parse_args()
    formats, problems = collections.defaultdict(Format), []
    expected, n_expected, unexpected = expectations(arguments.folder), 0, []
    for path in sorted(path for path in arguments.folder.rglob("*") if path.is_file()):
        document = measure(path, arguments.folder, arguments, formats, problems)
        wanted = expected.get(str(path.relative_to(arguments.folder)))
        if wanted and document:
            n_expected += 1
            if not is_as_expected(wanted, document):
                unexpected.append(f"{path}: {document['state']}, {document.get('reason')}; expected {wanted}")
    head = "format|files|whole|partly|skipped|failed|s|slowest s|most MiB|words|in order|speed of pdftotext"
    print("| " + head.replace("|", " | ") + " |")
    print("|" + " --- |" * len(head.split("|")))
    for name in sorted(formats):
        print("| " + " | ".join(formats[name].row(name)) + " |")
    for name in sorted(formats):
        for reason, n in formats[name].reasons.most_common():
            print(f"{name}: {n} x {reason}")
    worst = sorted(share for entry in formats.values() for share in entry.shares)
    for share, n_words, path in worst[: arguments.worst]:
        print(f"{share:.4f} of {n_words} words: {path}")
    if expected:
        print(f"{n_expected - len(unexpected)} of {n_expected} files are as EXPECT.tsv has it")
    for line in unexpected:
        print(f"UNEXPECTED {line}")
    for problem in problems:
        print(f"PROBLEM {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
