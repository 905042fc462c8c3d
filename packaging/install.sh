#!/bin/sh
# Installs the command line oke-vn from a release: downloads the archive for this machine, compares it with the release's
# checksums, and puts the program and its manual pages in place. It asks for no other rights than those of the directory.
#
#   install.sh [--version v<version>] [--dir <directory>]
#
# OKE_VN_VERSION and OKE_VN_DIR say the same. OKE_VN_BASE_URL is where releases are, for a mirror.
set -eu

base=${OKE_VN_BASE_URL:-https://github.com/oke-virtual-nodes/oke-virtual-nodes-policy/releases}
version=${OKE_VN_VERSION:-latest}
directory=${OKE_VN_DIR:-$HOME/.local/bin}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --version) version=${2:?--version needs a version}; shift 2 ;;
    --dir) directory=${2:?--dir needs a directory}; shift 2 ;;
    *) fail "unknown argument: $1 (--version, --dir)" ;;
  esac
done

# Fetches an address into a file. A missing file is an error.
fetch() {
  if command -v curl > /dev/null; then
    curl --fail --silent --show-error --location --proto '=https,file' --output "$2" "$1" ||
      fail "cannot download $1: is there such a release?"
  elif command -v wget > /dev/null; then
    wget --quiet --output-document "$2" "$1" || fail "cannot download $1: is there such a release?"
  else
    fail "curl or wget is needed"
  fi
}

checksum() {
  if command -v sha256sum > /dev/null; then
    sha256sum "$1" | cut -d ' ' -f 1
  elif command -v shasum > /dev/null; then
    shasum -a 256 "$1" | cut -d ' ' -f 1
  else
    fail "sha256sum or shasum is needed to verify the download"
  fi
}

case $(uname -s) in
  Linux) system=unknown-linux-musl ;;
  Darwin) system=apple-darwin ;;
  *) fail "no archive for $(uname -s): see docs/install-cli.md" ;;
esac
case $(uname -m) in
  x86_64 | amd64) machine=x86_64 ;;
  aarch64 | arm64) machine=aarch64 ;;
  *) fail "no archive for $(uname -m): see docs/install-cli.md" ;;
esac

if [ "$version" = latest ]; then
  address=$base/latest/download
else
  address=$base/download/v${version#v}
fi

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

fetch "$address/SHA256SUMS" "$temporary/SHA256SUMS"
# The checksums name the archive of this machine, and with it the version.
line=$(grep -E "^[0-9a-f]{64} [ *]oke-vn-v[0-9A-Za-z.+-]+-$machine-$system\.tar\.gz$" "$temporary/SHA256SUMS") ||
  fail "the release has no archive for $machine-$system"
expected=${line%% *}
archive=${line##*[ *]}

fetch "$address/$archive" "$temporary/$archive"
actual=$(checksum "$temporary/$archive")
[ "$actual" = "$expected" ] ||
  fail "$archive does not match its checksum: expected $expected, got $actual. Nothing was installed"

tar -xzf "$temporary/$archive" -C "$temporary"
folder=$temporary/${archive%.tar.gz}
[ -f "$folder/oke-vn" ] || fail "$archive has no program"

mkdir -p "$directory"
# A program that runs cannot be written over, but it can be replaced.
cp "$folder/oke-vn" "$directory/.oke-vn.$$"
chmod 755 "$directory/.oke-vn.$$"
mv -f "$directory/.oke-vn.$$" "$directory/oke-vn"

echo "installed $("$directory/oke-vn" --version) in $directory"
case :$PATH: in
  *:"$directory":*) ;;
  *) echo "$directory is not in PATH: add it to run oke-vn by its name" ;;
esac
