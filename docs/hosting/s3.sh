#!/bin/sh
# Copies the site that digest publishes to S3 or what is like it (docs/hosting.md), with rclone:
#   s3.sh output/ papers:bucket            # `papers` is a remote of rclone's
# Run it again if it is cut off: the copy is then what the folder is.
set -eu
from=${1:?which folder} to=${2:?where to}

# A bucket tells of a file what it was told when the file was put there. Each kind goes by itself,
# with its type and how long it may be kept; what pages lead to goes first, pages after it, and
# what is gone goes last.
put() { # which files, type ("" is what their names say), seconds
  header="Cache-Control: public, max-age=$3"
  set -- "$1" "$2" --header-upload "$header"
  [ -z "$2" ] || set -- "$1" "$2" "$3" "$4" --header-upload "Content-Type: $2"
  pattern=$1
  shift 2
  rclone copy --checksum --copy-links --s3-no-check-bucket "$@" --include "$pattern" "$from" "$to"
}

put '*.{pf_fragment,pf_index,pf_meta,pagefind}' application/octet-stream '31536000, immutable'
put '*.{png,woff2,ico}' '' 86400
put '*.svg' image/svg+xml 300
put '*.css' 'text/css; charset=utf-8' 300
put '*.{js,mjs}' 'text/javascript; charset=utf-8' 300
put '*.wasm' application/wasm 300
put '*.txt' 'text/plain; charset=utf-8' 300
put '*.md' 'text/markdown; charset=utf-8' 300
put '*.bib' 'application/x-bibtex; charset=utf-8' 300
put '*.ris' 'application/x-research-info-systems; charset=utf-8' 300
put '*.eml' message/rfc822 300
put '*.webmanifest' application/manifest+json 300
put '/feeds/**.json' application/feed+json 300
put '{*.rss,rss}.xml' application/rss+xml 300
put '{*.atom,atom}.xml' application/atom+xml 300
put '*.opml' 'text/x-opml; charset=utf-8' 300
put '/{api,editions,papers,pagefind}/**.json' application/json 300
put '*.html' 'text/html; charset=utf-8' 300
put '/sitemap*.xml' application/xml 300
rclone sync --checksum --copy-links --s3-no-check-bucket --exclude '.digest*' --delete-after "$from" "$to"
