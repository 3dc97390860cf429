#!/usr/bin/env bash
# Lints the workflows: an actionlint of the PATH, else one that Go fetches.
set -euo pipefail
cd "$(dirname "$0")/.."

version=v1.7.12
if command -v actionlint > /dev/null; then
  lint=(actionlint)
elif command -v go > /dev/null; then
  lint=(go run "github.com/rhysd/actionlint/cmd/actionlint@$version")
else
  echo "lint:workflows: neither actionlint nor Go is on the PATH: install Go (https://go.dev/dl), or actionlint $version" >&2
  exit 1
fi
"${lint[@]}" .github/workflows/*.yml
echo "lint:workflows: no finding"
