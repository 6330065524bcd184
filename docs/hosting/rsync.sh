#!/bin/sh
# Copies the site that digest publishes to a web server (docs/hosting.md):
#   rsync.sh output/ www@papers.example.org:/srv/papers/
# Run it again if it is cut off: the copy is then what the folder is.
set -eu
from=${1:?which folder}/ to=${2:?where to}

# What is new is copied under other names first, and all of it put in place at the end; what is
# gone goes last: so no page points at one that is not there for longer than that moment.
exec rsync --recursive --copy-links --times --compress --checksum --chmod=D755,F644 \
  --exclude='/.digest*' --exclude='.digest-*.tmp' --delay-updates --delete-after "$from" "$to"
