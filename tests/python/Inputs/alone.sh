# alone.sh FOLDER PYTHON SCRIPT…: runs it with the package in FOLDER/site and nothing on PATH but a C compiler.
set -e
folder=$1; shift
mkdir -p "$folder/path"
for tool in cc as ld; do ln -sf "$(command -v $tool)" "$folder/path/$tool"; done
env -i PATH="$folder/path" HOME="$folder" PYTHONPATH="$folder/site" "$@"
env -i PATH="$folder/path" PYTHONPATH="$folder/site" "$folder/site/bin/nnc" --version
