#!/usr/bin/env bash
# Signs a list of sums with OpenPGP, beside it as LIST.asc, or says that it stays unsigned.
# The key lives in a keyring of its own, which goes when this ends.
set -euo pipefail

list=$1
if [ -z "${GPG_PRIVATE_KEY:-}" ]; then
  echo "::notice title=not signed::$(basename "$list"): there is no GPG_PRIVATE_KEY"
  exit 0
fi

GNUPGHOME=$(mktemp -d)
export GNUPGHOME
trap 'gpgconf --kill gpg-agent; rm -rf "$GNUPGHOME"' EXIT
printf '%s\n' "$GPG_PRIVATE_KEY" | gpg --batch --quiet --import
printf '%s' "${GPG_PASSPHRASE:-}" |
  gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 0 --armor --detach-sign --output "$list.asc" "$list"
gpg --batch --quiet --verify "$list.asc" "$list"
