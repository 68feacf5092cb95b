#!/usr/bin/env bash
# Mails a second that servers take from Postfix's smtp-source, side by side: Restante, stock SubEtha SMTP (Wiser), GreenMail,
# Postfix's own smtp-sink, which keeps nothing, and Restante with rules that never match. Prints a table of medians over interleaved rounds.
#
#   core/src/benchmark/throughput.sh [ROUNDS]
#
# Needs a JDK, Maven, and the package postfix (for smtp-source and smtp-sink). Build first: mvn -DskipTests install
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
PATH="$PATH:/usr/sbin:/sbin"
rounds=${1:-7}
greenmail=2.1.13
work=$(mktemp -d)
chmod 755 "$work"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT

mvn -q -B -pl core dependency:build-classpath -Dmdep.outputFile="$work/classpath" -DincludeScope=runtime >/dev/null
mvn -q -B dependency:copy -Dartifact="com.icegreen:greenmail-standalone:$greenmail" -DoutputDirectory="$work" >/dev/null
classpath=core/target/classes:core/target/test-classes:$(cat "$work/classpath")

start() { "$@" >"$work/log" 2>&1 & pids+=($!); }
# The others keep every mail for ever.
java=(java -Xmx8g)
start "${java[@]}" -cp "$classpath" dev.restante.benchmark.Contender restante 12601
start "${java[@]}" -cp "$classpath" dev.restante.benchmark.Contender wiser 12602
start "${java[@]}" -Dgreenmail.setup.all.hostname=127.0.0.1 -Dgreenmail.smtp.hostname=127.0.0.1 -Dgreenmail.smtp.port=12603 \
  -Dgreenmail.auth.disabled -jar "$work/greenmail-standalone-$greenmail.jar"
if [ "$(id -u)" -eq 0 ]; then start smtp-sink -u root 127.0.0.1:12604 1000; else start smtp-sink 127.0.0.1:12604 1000; fi
start "${java[@]}" -cp "$classpath" dev.restante.benchmark.Contender scripted 12605
names=(restante wiser greenmail smtp-sink "restante, scripted")
for port in 12601 12602 12603 12604 12605; do
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break; sleep 0.1; done
done

# name, mails, smtp-source's options
loads=("4 KB, 10 kept connections|10000|-d -s 10 -l 4096"
       "4 KB, a new connection each, 10 at once|3000|-s 10 -l 4096"
       "1 MB, 2 kept connections|120|-d -s 2 -l 1048576")

run() { # server, load: mails a second, and the server's processor time a mail in µs (user, system)
  local pid=${pids[$1]} port=$((12601 + $1)) mails options begin end before after
  IFS='|' read -r _ mails options <<<"${loads[$2]}"
  before=($(awk '{print $14, $15}' "/proc/$pid/stat"))
  begin=$(date +%s%N)
  # shellcheck disable=SC2086
  if ! timeout 120 smtp-source $options -m "$mails" "127.0.0.1:$port"; then
    echo "${names[$1]} failed: ${loads[$2]%%|*}" >&2
    return
  fi
  end=$(date +%s%N)
  after=($(awk '{print $14, $15}' "/proc/$pid/stat"))
  awk -v n="$mails" -v t=$((end - begin)) -v u=$((after[0] - before[0])) -v s=$((after[1] - before[1])) \
    'BEGIN { printf "%.1f %.1f %.1f\n", n * 1e9 / t, u * 1e4 / n, s * 1e4 / n }'
}

# To warm up: a JVM has compiled what matters after some tens of thousands of mails.
for server in 0 1 2 3 4; do for load in 0 1 2; do for _ in $(seq 6); do run $server $load >/dev/null; done; done; done
for round in $(seq "$rounds"); do
  for load in 0 1 2; do
    for server in 0 1 2 3 4; do run $server $load >>"$work/$load-$server"; done
  done
  echo "round $round of $rounds done" >&2
done

median() { sort -n | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
spread() { sort -n | awk 'NR == 1 { low = $1 } { high = $1 } END { printf "%d–%d", low, high }'; }
# The ratio of Restante to another, round by round: machines drift, pairs do not.
ratio() { paste -d' ' "$work/$1-0" "$work/$1-$2" | awk '{ print $1 / $4 }' | median | awk '{ printf "%.2f", $1 }'; }
for load in 0 1 2; do
  echo
  echo "**${loads[$load]%%|*}**, mails a second:"
  echo
  echo "| server | median | lowest–highest | user µs a mail | system µs a mail | Restante is |"
  echo "|---|---|---|---|---|---|"
  for server in 0 1 2 3 4; do
    file="$work/$load-$server"
    printf '| %s | %.0f | %s | %s | %s | %s |\n' "${names[$server]}" "$(cut -d' ' -f1 "$file" | median)" \
      "$(cut -d' ' -f1 "$file" | spread)" "$(cut -d' ' -f2 "$file" | median)" "$(cut -d' ' -f3 "$file" | median)" \
      "$([ $server -eq 0 ] || echo "$(ratio $load $server) ×")"
  done
done
