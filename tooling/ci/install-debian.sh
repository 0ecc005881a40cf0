#!/usr/bin/env bash
# Installs the Debian packages whose programs the tests use as real parts. Does nothing when all are there.
set -euo pipefail

# program:package
needed=(
  git:git
  curl:curl
  wrk:wrk
  h2load:nghttp2-client
  nginx:nginx-light
  haproxy:haproxy
  caddy:caddy
  gtlsclient:ngtcp2-client
  openssl:openssl
  chromium:chromium
  redis-server:redis-server
  etcd:etcd-server
  promtool:prometheus
  testssl:testssl.sh
  pebble:pebble
)

missing=()
for pair in "${needed[@]}"; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo 'All Debian packages are there.'
  exit 0
fi

echo "Installing ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
