#!/bin/sh
# Pins every dependency, with hashes, for all platforms. Run it after a change of pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
flags="--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q"
uv pip compile pyproject.toml --extra model --extra documents --extra embedding --group dev $flags -o requirements/dev.lock
uv pip compile pyproject.toml $flags -c requirements/dev.lock -o requirements/core.lock
uv pip compile requirements/bench.in $flags -o requirements/bench.lock
uv pip compile requirements/conformance.in $flags -c requirements/dev.lock -o requirements/conformance.lock
uv pip compile requirements/build.in $flags -c requirements/dev.lock -o requirements/build.lock
uv pip compile pyproject.toml --extra documents $flags -c requirements/dev.lock -o requirements/demo.lock
uv pip compile pyproject.toml --extra embedding $flags -c requirements/dev.lock -o requirements/embedding.lock
