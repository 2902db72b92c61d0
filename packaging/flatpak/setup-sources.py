"""The wheels of xtask/src/packages.rs that a Flatpak needs, as sources of flatpak-builder.

    python3 packaging/flatpak/setup-sources.py > packaging/flatpak/setup-sources.json

Asks pip where each one lies, downloads nothing, and keeps only an answer whose SHA-256 is the one in the
table. Reads the table as text: its blocks are Rust, and simple enough.
"""

import json
import pathlib
import re
import subprocess
import sys

TABLE = pathlib.Path(__file__).resolve().parents[2] / "xtask/src/packages.rs"
ARCHITECTURES = {"LINUX_X64": "x86_64", "LINUX_ARM64": "aarch64"}


def wheels(table):
    """Name, version, platform's tag, SHA-256 and architecture of each; the last is None where it fits all."""
    block = r"static {}: \[Wheel; (\d+)\] = \[(.*?)\n\];"
    models = re.search(block.format("MODELS"), table, re.S)
    whole = r'name: "(.+?)",\s+version: "(.+?)",\s+tag: None,.*?sha256: "(\w{64})",'
    found = [(*wheel[:2], None, wheel[2], None) for wheel in re.findall(whole, models[2], re.S)]
    assert len(found) == int(models[1]), "the table of models is written in another way now"
    for name, architecture in ARCHITECTURES.items():
        libraries = re.search(block.format(name), table, re.S)
        calls = re.findall(r'(\w+)\(\s+"(.+?)",\s+[\d_]+,\s+"(\w{64})",', libraries[2])
        assert len(calls) == int(libraries[1]), f"{name} is written in another way now"
        for function, tag, sha256 in calls:
            made = re.search(rf'fn {function}\(.*?name: "(.+?)",\s+version: "(.+?)",', table, re.S)
            found.append((made[1], made[2], tag, sha256, architecture))
    return found


def address(name, version, tag):
    """What pip would download."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
    command += ["--only-binary=:all:", "--report", "-", f"{name}=={version}"]
    if tag:
        # As xtask/src/fetch.rs: any Python of today will do, since only a library is taken out.
        command += ["--platform", tag, "--python-version", "3.12", "--target", "unused"]
    report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return report["install"][0]["download_info"]


def main():
    sources = []
    for name, version, tag, sha256, architecture in wheels(TABLE.read_text()):
        info = address(name, version, tag)
        found = info["archive_info"]["hashes"]["sha256"]
        if found != sha256:
            sys.exit(f"{name} {version}: pip has {found}, the table {sha256}")
        source = {"type": "file", "url": info["url"], "sha256": sha256, "dest": "wheels"}
        if architecture:
            source["only-arches"] = [architecture]
        sources.append(source)
    json.dump(sources, sys.stdout, indent=2)
    print()


main()
