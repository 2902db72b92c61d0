#!/usr/bin/env bash
# Hands the keys that this system signs with on to the steps after this one, or says in one line what
# stays unsigned. A variable that is set and empty would count as a key to the bundler, so only whole
# sets are handed on. Reads its environment, writes $GITHUB_ENV and, for keys that must be files, $RUNNER_TEMP.
set -euo pipefail

skip() {
  echo "::notice title=not signed::$1"
}

# Whether every one of these variables has a value.
have() {
  local name
  for name in "$@"; do
    [ -n "${!name:-}" ] || return 1
  done
}

# A key may have several lines; the mark between which it stands must not be guessable.
hand_on() {
  local name mark
  for name in "$@"; do
    mark="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    printf '%s<<%s\n%s\n%s\n' "$name" "$mark" "${!name:-}" "$mark" >> "$GITHUB_ENV"
  done
}

# A key as a file that only this account can read.
file() {
  (umask 077 && cat > "$RUNNER_TEMP/$1")
  echo "$RUNNER_TEMP/$1"
}

# The public half is compiled into the window, so that it is in the environment since then.
if have TAURI_SIGNING_PRIVATE_KEY NUTHATCH_UPDATES_KEY; then
  hand_on TAURI_SIGNING_PRIVATE_KEY TAURI_SIGNING_PRIVATE_KEY_PASSWORD
else
  skip "updates: there is no TAURI_SIGNING_PRIVATE_KEY with NUTHATCH_UPDATES_KEY, so that no update manifest is made"
fi

case "$RUNNER_OS" in
  Linux)
    if have TAURI_SIGNING_RPM_KEY; then
      hand_on TAURI_SIGNING_RPM_KEY TAURI_SIGNING_RPM_KEY_PASSPHRASE
    else
      skip "rpm: there is no TAURI_SIGNING_RPM_KEY"
    fi
    ;;
  macOS)
    if ! have APPLE_CERTIFICATE APPLE_CERTIFICATE_PASSWORD; then
      skip "macOS: there is no APPLE_CERTIFICATE with APPLE_CERTIFICATE_PASSWORD; Gatekeeper will refuse the program"
      # Signed by nobody, which macOS lets a user allow; a program without any signature it calls damaged.
      export APPLE_SIGNING_IDENTITY=-
      hand_on APPLE_SIGNING_IDENTITY
    else
      hand_on APPLE_CERTIFICATE APPLE_CERTIFICATE_PASSWORD
      if have APPLE_API_ISSUER APPLE_API_KEY APPLE_API_PRIVATE_KEY; then
        APPLE_API_KEY_PATH=$(printf '%s\n' "$APPLE_API_PRIVATE_KEY" | file "AuthKey_$APPLE_API_KEY.p8")
        export APPLE_API_KEY_PATH
        hand_on APPLE_API_ISSUER APPLE_API_KEY APPLE_API_KEY_PATH
      else
        skip "macOS: signed, but not notarised: there is no APPLE_API_ISSUER with APPLE_API_KEY and APPLE_API_PRIVATE_KEY"
      fi
    fi
    ;;
  Windows)
    if have WINDOWS_CERTIFICATE WINDOWS_CERTIFICATE_PASSWORD; then
      NUTHATCH_SIGN_PFX=$(printf '%s' "$WINDOWS_CERTIFICATE" | base64 --decode | file certificate.pfx)
      NUTHATCH_SIGN_PFX_PASSWORD=$WINDOWS_CERTIFICATE_PASSWORD
      export NUTHATCH_SIGN_PFX NUTHATCH_SIGN_PFX_PASSWORD
      hand_on NUTHATCH_SIGN_PFX NUTHATCH_SIGN_PFX_PASSWORD
    elif have AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET \
      AZURE_SIGNING_ENDPOINT AZURE_SIGNING_ACCOUNT AZURE_SIGNING_PROFILE; then
      hand_on AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET \
        AZURE_SIGNING_ENDPOINT AZURE_SIGNING_ACCOUNT AZURE_SIGNING_PROFILE
    else
      skip "Windows: there is neither a WINDOWS_CERTIFICATE nor a set of AZURE_…; SmartScreen will warn"
    fi
    ;;
  *)
    echo "::error::no system is called $RUNNER_OS"
    exit 1
    ;;
esac
