#!/bin/sh
# Draws every icon file from nuthatch.svg. Needs rsvg-convert, ImageMagick's convert and python3.
# The results are committed: a build needs none of these tools.
set -eu
cd "$(dirname "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

for size in 16 24 32 48 64 128 256 512; do
  rsvg-convert --width "$size" --height "$size" nuthatch.svg --output "$work/plain.png"
  # PNG32 forces an alpha channel, which tauri demands of every PNG.
  convert "$work/plain.png" -strip "PNG32:$work/$size.png"
done

cp "$work/32.png" 32x32.png
cp "$work/128.png" 128x128.png
cp "$work/256.png" 128x128@2x.png
cp "$work/512.png" 512x512.png
convert "$work/16.png" "$work/24.png" "$work/32.png" "$work/48.png" "$work/64.png" "$work/256.png" icon.ico

# An .icns file is a header and a list of (type, length, PNG bytes).
python3 - "$work" <<'PYTHON'
import pathlib, struct, sys

work = pathlib.Path(sys.argv[1])
members = [(b"ic07", 128), (b"ic08", 256), (b"ic09", 512)]
blocks = b""
for kind, size in members:
    png = (work / f"{size}.png").read_bytes()
    blocks += kind + struct.pack(">I", len(png) + 8) + png
pathlib.Path("icon.icns").write_bytes(b"icns" + struct.pack(">I", len(blocks) + 8) + blocks)
PYTHON
